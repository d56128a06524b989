"""IAM's operations on roles, policies, boundaries and providers: a success and a violation of each."""

import json
import re

from support import must

TRUST = json.dumps({
    "Version": "2012-10-17",
    "Statement": [{
        "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::000000000001:root"}, "Action": "sts:AssumeRole",
    }],
})
READ = json.dumps({
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}],
})
ACCOUNT = "arn:aws:iam::000000000001"
SERVICE = "organizations.amazonaws.com"
TAGS = [{"Key": "k", "Value": "v"}]


class AccessWorld:
    """As `World`, for IAM."""

    def __init__(self, iam, name):
        # What secrets are called has characters that IAM does not take.
        self.iam, self.name = iam, re.sub("[^A-Za-z0-9]", "-", name)[-60:]

    @property
    def user(self):
        self.iam.create_user(UserName=self.name)
        return {"UserName": self.name}

    @property
    def group(self):
        self.iam.create_group(GroupName=self.name)
        return {"GroupName": self.name}

    @property
    def role(self):
        self.iam.create_role(RoleName=self.name, AssumeRolePolicyDocument=TRUST)
        return {"RoleName": self.name}

    def job(self):
        return self.iam.generate_service_last_accessed_details(Arn=f"{ACCOUNT}:user/administrator")

    @property
    def policy(self):
        made = self.iam.create_policy(PolicyName=self.name, PolicyDocument=READ)
        return {"PolicyArn": made["Policy"]["Arn"]}

    @property
    def version(self):
        policy = self.policy
        made = self.iam.create_policy_version(**policy, PolicyDocument=READ)
        return {**policy, "VersionId": made["PolicyVersion"]["VersionId"]}

    @property
    def inline(self):
        role = self.role
        self.iam.put_role_policy(**role, PolicyName="p", PolicyDocument=READ)
        return {**role, "PolicyName": "p"}

    def attached(self, kind):
        both = {**getattr(self, kind), **self.policy}
        getattr(self.iam, f"attach_{kind}_policy")(**both)
        return both

    def bounded(self, kind):
        one = getattr(self, kind)
        boundary = self.policy["PolicyArn"]
        getattr(self.iam, f"put_{kind}_permissions_boundary")(**one, PermissionsBoundary=boundary)
        return one

    @property
    def provider(self):
        made = self.iam.create_open_id_connect_provider(Url=f"https://{self.name}.example", ClientIDList=["one"])
        return {"OpenIDConnectProviderArn": made["OpenIDConnectProviderArn"]}

    def service_role(self):
        """There is one of a service in an account, and nobody minds if it is there."""
        try:
            self.iam.create_service_linked_role(AWSServiceName=SERVICE)
        except self.iam.exceptions.InvalidInputException:
            pass
        return {"RoleName": "AWSServiceRoleForOrganizations"}

    def without_service_role(self):
        try:
            self.iam.delete_service_linked_role(RoleName="AWSServiceRoleForOrganizations")
        except self.iam.exceptions.NoSuchEntityException:
            pass


def fresh_service_role(w):
    w.without_service_role()
    return w.iam.create_service_linked_role(AWSServiceName=SERVICE)


def task(w):
    made = w.iam.delete_service_linked_role(**w.service_role())["DeletionTaskId"]
    return w.iam.get_service_linked_role_deletion_status(DeletionTaskId=made)


ACCESS_SUCCESS = {
    "CreateUser": (lambda w: w.iam.create_user(UserName=w.name), "User"),
    "GetUser": (lambda w: w.iam.get_user(**w.user), "User"),
    "ListUsers": (lambda w: w.iam.list_users(MaxItems=1), "Users"),
    "DeleteUser": (lambda w: w.iam.delete_user(**w.user), None),
    "CreateAccessKey": (lambda w: w.iam.create_access_key(**w.user), "AccessKey"),
    "CreateRole": (lambda w: w.iam.create_role(RoleName=w.name, AssumeRolePolicyDocument=TRUST), "Role"),
    "GetRole": (lambda w: w.iam.get_role(**w.role), "Role"),
    "ListRoles": (lambda w: w.iam.list_roles(MaxItems=1), "Roles"),
    "UpdateRole": (lambda w: w.iam.update_role(**w.role, Description="d"), None),
    "UpdateRoleDescription": (lambda w: w.iam.update_role_description(**w.role, Description="d"), "Role"),
    "UpdateAssumeRolePolicy": (lambda w: w.iam.update_assume_role_policy(**w.role, PolicyDocument=TRUST), None),
    "DeleteRole": (lambda w: w.iam.delete_role(**w.role), None),
    "TagRole": (lambda w: w.iam.tag_role(**w.role, Tags=TAGS), None),
    "UntagRole": (lambda w: w.iam.untag_role(**w.role, TagKeys=["k"]), None),
    "ListRoleTags": (lambda w: w.iam.list_role_tags(**w.role), "Tags"),
    "PutRolePolicy": (lambda w: w.iam.put_role_policy(**w.role, PolicyName="p", PolicyDocument=READ), None),
    "GetRolePolicy": (lambda w: w.iam.get_role_policy(**w.inline), "PolicyDocument"),
    "DeleteRolePolicy": (lambda w: w.iam.delete_role_policy(**w.inline), None),
    "ListRolePolicies": (lambda w: w.iam.list_role_policies(**w.role), "PolicyNames"),
    "ListInstanceProfilesForRole": (lambda w: w.iam.list_instance_profiles_for_role(**w.role), "InstanceProfiles"),
    "CreatePolicy": (lambda w: w.iam.create_policy(PolicyName=w.name, PolicyDocument=READ), "Policy"),
    "GetPolicy": (lambda w: w.iam.get_policy(**w.policy), "Policy"),
    "ListPolicies": (lambda w: w.iam.list_policies(MaxItems=1), "Policies"),
    "DeletePolicy": (lambda w: w.iam.delete_policy(**w.policy), None),
    "CreatePolicyVersion": (lambda w: w.iam.create_policy_version(**w.policy, PolicyDocument=READ), "PolicyVersion"),
    "GetPolicyVersion": (lambda w: w.iam.get_policy_version(**w.version), "PolicyVersion"),
    "ListPolicyVersions": (lambda w: w.iam.list_policy_versions(**w.policy), "Versions"),
    "DeletePolicyVersion": (lambda w: w.iam.delete_policy_version(**w.version), None),
    "SetDefaultPolicyVersion": (lambda w: w.iam.set_default_policy_version(**w.version), None),
    "TagPolicy": (lambda w: w.iam.tag_policy(**w.policy, Tags=TAGS), None),
    "UntagPolicy": (lambda w: w.iam.untag_policy(**w.policy, TagKeys=["k"]), None),
    "ListPolicyTags": (lambda w: w.iam.list_policy_tags(**w.policy), "Tags"),
    "ListEntitiesForPolicy": (lambda w: w.iam.list_entities_for_policy(**w.policy), "PolicyUsers"),
    "AttachUserPolicy": (lambda w: w.iam.attach_user_policy(**w.user, **w.policy), None),
    "DetachUserPolicy": (lambda w: w.iam.detach_user_policy(**w.attached("user")), None),
    "ListAttachedUserPolicies": (lambda w: w.iam.list_attached_user_policies(**w.user), "AttachedPolicies"),
    "AttachGroupPolicy": (lambda w: w.iam.attach_group_policy(**w.group, **w.policy), None),
    "DetachGroupPolicy": (lambda w: w.iam.detach_group_policy(**w.attached("group")), None),
    "ListAttachedGroupPolicies": (lambda w: w.iam.list_attached_group_policies(**w.group), "AttachedPolicies"),
    "AttachRolePolicy": (lambda w: w.iam.attach_role_policy(**w.role, **w.policy), None),
    "DetachRolePolicy": (lambda w: w.iam.detach_role_policy(**w.attached("role")), None),
    "ListAttachedRolePolicies": (lambda w: w.iam.list_attached_role_policies(**w.role), "AttachedPolicies"),
    "PutUserPermissionsBoundary": (
        lambda w: w.iam.put_user_permissions_boundary(**w.user, PermissionsBoundary=w.policy["PolicyArn"]), None),
    "DeleteUserPermissionsBoundary": (
        lambda w: w.iam.delete_user_permissions_boundary(**w.bounded("user")), None),
    "PutRolePermissionsBoundary": (
        lambda w: w.iam.put_role_permissions_boundary(**w.role, PermissionsBoundary=w.policy["PolicyArn"]), None),
    "DeleteRolePermissionsBoundary": (
        lambda w: w.iam.delete_role_permissions_boundary(**w.bounded("role")), None),
    "SimulateCustomPolicy": (
        lambda w: w.iam.simulate_custom_policy(PolicyInputList=[READ], ActionNames=["kms:Decrypt"]),
        "EvaluationResults"),
    "SimulatePrincipalPolicy": (
        lambda w: w.iam.simulate_principal_policy(
            PolicySourceArn=f"{ACCOUNT}:user/{w.user['UserName']}", ActionNames=["kms:Decrypt"]), "EvaluationResults"),
    "GetContextKeysForCustomPolicy": (
        lambda w: w.iam.get_context_keys_for_custom_policy(PolicyInputList=[READ]), "ContextKeyNames"),
    "GetContextKeysForPrincipalPolicy": (
        lambda w: w.iam.get_context_keys_for_principal_policy(PolicySourceArn=f"{ACCOUNT}:role/{w.role['RoleName']}"),
        "ContextKeyNames"),
    "GenerateServiceLastAccessedDetails": (lambda w: w.job(), "JobId"),
    "GetServiceLastAccessedDetails": (
        lambda w: w.iam.get_service_last_accessed_details(JobId=w.job()["JobId"]), "ServicesLastAccessed"),
    "GetServiceLastAccessedDetailsWithEntities": (
        lambda w: w.iam.get_service_last_accessed_details_with_entities(
            JobId=w.job()["JobId"], ServiceNamespace="kms"), "EntityDetailsList"),
    "ListPoliciesGrantingServiceAccess": (
        lambda w: w.iam.list_policies_granting_service_access(
            Arn=f"{ACCOUNT}:role/{w.role['RoleName']}", ServiceNamespaces=["kms"]), "PoliciesGrantingServiceAccess"),
    "CreateOpenIDConnectProvider": (
        lambda w: w.iam.create_open_id_connect_provider(Url=f"https://{w.name}.example"), "OpenIDConnectProviderArn"),
    "GetOpenIDConnectProvider": (lambda w: w.iam.get_open_id_connect_provider(**w.provider), "Url"),
    "ListOpenIDConnectProviders": (
        lambda w: w.iam.list_open_id_connect_providers(), "OpenIDConnectProviderList"),
    "DeleteOpenIDConnectProvider": (lambda w: w.iam.delete_open_id_connect_provider(**w.provider), None),
    "AddClientIDToOpenIDConnectProvider": (
        lambda w: w.iam.add_client_id_to_open_id_connect_provider(**w.provider, ClientID="two"), None),
    "RemoveClientIDFromOpenIDConnectProvider": (
        lambda w: w.iam.remove_client_id_from_open_id_connect_provider(**w.provider, ClientID="one"), None),
    "UpdateOpenIDConnectProviderThumbprint": (
        lambda w: w.iam.update_open_id_connect_provider_thumbprint(**w.provider, ThumbprintList=["a" * 40]), None),
    "TagOpenIDConnectProvider": (lambda w: w.iam.tag_open_id_connect_provider(**w.provider, Tags=TAGS), None),
    "UntagOpenIDConnectProvider": (lambda w: w.iam.untag_open_id_connect_provider(**w.provider, TagKeys=["k"]), None),
    "ListOpenIDConnectProviderTags": (lambda w: w.iam.list_open_id_connect_provider_tags(**w.provider), "Tags"),
    "GetAccountAuthorizationDetails": (
        lambda w: w.iam.get_account_authorization_details(MaxItems=1), "UserDetailList"),
    "CreateServiceLinkedRole": (fresh_service_role, "Role"),
    "DeleteServiceLinkedRole": (lambda w: w.iam.delete_service_linked_role(**w.service_role()), "DeletionTaskId"),
    "GetServiceLinkedRoleDeletionStatus": (task, "Status"),
}


def null(*members):
    return [must("Value null", member, "not be null") for member in members]


NO_ROLE = ({}, null("roleName"))
NO_POLICY = ({}, null("policyArn"))
NO_PROVIDER = ({}, null("openIDConnectProviderArn"))
LOW_ITEMS = ({"MaxItems": "0"}, [must("Value '0'", "maxItems", "have value greater than or equal to 1")])
SHORT = must("Value 'x'", "policyArn", "have length greater than or equal to 20")

NO_USER = ({}, null("userName"))

ACCESS_VIOLATIONS = {
    "CreateUser": NO_USER, "DeleteUser": NO_USER, "ListUsers": LOW_ITEMS,
    "GetUser": ({"UserName": "a b"}, [
        must("Value 'a b'", "userName", r"satisfy regular expression pattern: [\w+=,.@-]+")]),
    "CreateAccessKey": ({"UserName": "a b"}, [
        must("Value 'a b'", "userName", r"satisfy regular expression pattern: [\w+=,.@-]+")]),
    "CreateRole": (
        {"RoleName": "r", "AssumeRolePolicyDocument": "{}", "MaxSessionDuration": "3599"},
        [must("Value '3599'", "maxSessionDuration", "have value greater than or equal to 3600")]),
    "GetRole": (
        {"RoleName": "a b"},
        [must("Value 'a b'", "roleName", r"satisfy regular expression pattern: [\w+=,.@-]+")]),
    "ListRoles": LOW_ITEMS,
    "UpdateRole": (
        {"RoleName": "r", "MaxSessionDuration": "43201"},
        [must("Value '43201'", "maxSessionDuration", "have value less than or equal to 43200")]),
    "UpdateRoleDescription": ({"RoleName": "r"}, null("description")),
    "UpdateAssumeRolePolicy": ({}, null("roleName", "policyDocument")),
    "DeleteRole": NO_ROLE, "TagRole": ({"RoleName": "r"}, null("tags")),
    "UntagRole": ({}, null("roleName", "tagKeys")), "ListRoleTags": NO_ROLE,
    "PutRolePolicy": ({"RoleName": "r"}, null("policyName", "policyDocument")),
    "GetRolePolicy": ({}, null("roleName", "policyName")), "DeleteRolePolicy": ({}, null("roleName", "policyName")),
    "ListRolePolicies": NO_ROLE, "ListInstanceProfilesForRole": NO_ROLE,
    "CreatePolicy": ({"PolicyDocument": "{}"}, null("policyName")),
    "GetPolicy": ({"PolicyArn": "x"}, [SHORT]),
    "ListPolicies": (
        {"PathPrefix": "/a b/"},
        [must("Value '/a b/'", "pathPrefix", r"satisfy regular expression pattern: ((/[A-Za-z0-9\.,\+@=_-]+)*)/")]),
    "DeletePolicy": NO_POLICY, "CreatePolicyVersion": ({}, null("policyArn", "policyDocument")),
    "GetPolicyVersion": (
        {"PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess", "VersionId": "v0"},
        [must("Value 'v0'", "versionId", r"satisfy regular expression pattern: v[1-9][0-9]*(\.[A-Za-z0-9-]*)?")]),
    "ListPolicyVersions": NO_POLICY, "DeletePolicyVersion": ({}, null("policyArn", "versionId")),
    "SetDefaultPolicyVersion": ({}, null("policyArn", "versionId")),
    "TagPolicy": ({}, null("policyArn", "tags")), "UntagPolicy": ({}, null("policyArn", "tagKeys")),
    "ListPolicyTags": NO_POLICY, "ListEntitiesForPolicy": NO_POLICY,
    "AttachUserPolicy": ({"UserName": "u"}, null("policyArn")), "DetachUserPolicy": ({}, null("userName", "policyArn")),
    "ListAttachedUserPolicies": ({}, null("userName")),
    "AttachGroupPolicy": ({"GroupName": "g", "PolicyArn": "x"}, [SHORT]),
    "DetachGroupPolicy": ({}, null("groupName", "policyArn")), "ListAttachedGroupPolicies": ({}, null("groupName")),
    "AttachRolePolicy": ({"RoleName": "r"}, null("policyArn")), "DetachRolePolicy": ({}, null("roleName", "policyArn")),
    "ListAttachedRolePolicies": NO_ROLE,
    "PutUserPermissionsBoundary": ({"UserName": "u"}, null("permissionsBoundary")),
    "DeleteUserPermissionsBoundary": ({}, null("userName")),
    "PutRolePermissionsBoundary": ({"RoleName": "r"}, null("permissionsBoundary")),
    "DeleteRolePermissionsBoundary": NO_ROLE,
    "SimulateCustomPolicy": ({}, null("policyInputList", "actionNames")),
    "SimulatePrincipalPolicy": ({}, null("policySourceArn", "actionNames")),
    "GetContextKeysForCustomPolicy": ({}, null("policyInputList")),
    "GetContextKeysForPrincipalPolicy": ({}, null("policySourceArn")),
    "GenerateServiceLastAccessedDetails": (
        {"Arn": "x"}, [must("Value 'x'", "arn", "have length greater than or equal to 20")]),
    "GetServiceLastAccessedDetails": (
        {"JobId": "x"}, [must("Value 'x'", "jobId", "have length greater than or equal to 36")]),
    "GetServiceLastAccessedDetailsWithEntities": ({}, null("jobId", "serviceNamespace")),
    "ListPoliciesGrantingServiceAccess": ({}, null("arn", "serviceNamespaces")),
    "CreateOpenIDConnectProvider": (
        {"Url": "https://x.example", "ThumbprintList.member.1": "abc"},
        [must("Value 'abc'", "thumbprintList.1.member", "have length greater than or equal to 40")]),
    "GetOpenIDConnectProvider": NO_PROVIDER, "DeleteOpenIDConnectProvider": NO_PROVIDER,
    "AddClientIDToOpenIDConnectProvider": ({}, null("openIDConnectProviderArn", "clientID")),
    "RemoveClientIDFromOpenIDConnectProvider": ({}, null("openIDConnectProviderArn", "clientID")),
    "UpdateOpenIDConnectProviderThumbprint": ({}, null("openIDConnectProviderArn", "thumbprintList")),
    "TagOpenIDConnectProvider": ({}, null("openIDConnectProviderArn", "tags")),
    "UntagOpenIDConnectProvider": ({}, null("openIDConnectProviderArn", "tagKeys")),
    "ListOpenIDConnectProviderTags": NO_PROVIDER, "GetAccountAuthorizationDetails": LOW_ITEMS,
    "CreateServiceLinkedRole": ({}, null("aWSServiceName")), "DeleteServiceLinkedRole": NO_ROLE,
    "GetServiceLinkedRoleDeletionStatus": ({}, null("deletionTaskId")),
}
