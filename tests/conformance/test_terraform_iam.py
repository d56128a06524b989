"""Terraform on IAM: apply, a second plan without changes, a change by hand, destroy."""

import json

import pytest
from access_support import ACCOUNT
from support import refused
from test_terraform import Terraform, plugins, pytestmark  # noqa: F401

HEAD = """
terraform {
  required_providers { aws = { source = "hashicorp/aws" } }
}
provider "aws" {
  region                      = "us-west-2"
  skip_metadata_api_check     = true
  skip_credentials_validation = false
  max_retries                 = 2
}
variable "name"    {}
variable "actions" { type = list(string) }
"""

ROLES = """
data "aws_iam_policy_document" "read" {
  statement {
    actions   = var.actions
    resources = ["*"]
  }
}
data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]
    principals {
      type        = "Federated"
      identifiers = [aws_iam_openid_connect_provider.o.arn]
    }
  }
}
resource "aws_iam_openid_connect_provider" "o" {
  url             = "https://${var.name}.example"
  client_id_list  = ["sts.amazonaws.com"]
  thumbprint_list = ["cf23df2207d99a74fbe169e3eba035e633b65d94"]
  tags            = { owner = "a" }
}
resource "aws_iam_policy" "p" {
  name        = var.name
  path        = "/app/"
  description = "reads"
  policy      = data.aws_iam_policy_document.read.json
  tags        = { owner = "a" }
}
resource "aws_iam_role" "r" {
  name                 = var.name
  path                 = "/app/"
  description          = "role"
  max_session_duration = 7200
  assume_role_policy   = data.aws_iam_policy_document.trust.json
  permissions_boundary = "arn:aws:iam::aws:policy/PowerUserAccess"
  tags                 = { owner = "a" }
}
resource "aws_iam_role_policy" "i" {
  name   = "inline"
  role   = aws_iam_role.r.id
  policy = data.aws_iam_policy_document.read.json
}
resource "aws_iam_role_policy_attachment" "a" {
  role       = aws_iam_role.r.name
  policy_arn = aws_iam_policy.p.arn
}
resource "aws_iam_role_policy_attachment" "b" {
  role       = aws_iam_role.r.name
  policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
}
"""

USERS = """
resource "aws_iam_user" "u" {
  name                 = var.name
  path                 = "/app/"
  permissions_boundary = aws_iam_policy.p.arn
  tags                 = { owner = "a" }
}
resource "aws_iam_user_policy_attachment" "u" {
  user       = aws_iam_user.u.name
  policy_arn = aws_iam_policy.p.arn
}
"""


@pytest.fixture
def terraform(server, tmp_path):
    def start(configuration):
        (tmp_path / "main.tf").write_text(configuration)
        one = Terraform(tmp_path, server)
        one.run("init", "-input=false", "-no-color", f"-plugin-dir={plugins()}")
        return one

    return start


def actions(*names):
    return json.dumps([f"secretsmanager:{name}" for name in names])


@pytest.mark.parametrize("parts", [ROLES, ROLES + USERS], ids=["roles", "users"])
def test_life(terraform, iam, label, parts):
    one = terraform(HEAD + parts)
    one.apply(name=label, actions=actions("GetSecretValue"))
    assert one.changes == ""
    role = iam.get_role(RoleName=label)["Role"]
    assert role["Arn"] == f"{ACCOUNT}:role/app/{label}" and role["MaxSessionDuration"] == 7200
    arn = f"{ACCOUNT}:policy/app/{label}"
    attached = {p["PolicyArn"] for p in iam.list_attached_role_policies(RoleName=label)["AttachedPolicies"]}
    assert attached == {arn, "arn:aws:iam::aws:policy/ReadOnlyAccess"}

    # What was changed by hand is seen and put right.
    iam.detach_role_policy(RoleName=label, PolicyArn=arn)
    iam.update_role(RoleName=label, MaxSessionDuration=3600)
    assert "max_session_duration" in one.changes
    one.apply(actions=actions("GetSecretValue", "DescribeSecret"))
    assert one.changes == ""
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    assert version == "v2" and iam.get_policy(PolicyArn=arn)["Policy"]["AttachmentCount"] >= 1
    inline = iam.get_role_policy(RoleName=label, PolicyName="inline")["PolicyDocument"]
    assert len(inline["Statement"][0]["Action"]) == 2

    one.change("destroy", "-auto-approve")
    with refused("NoSuchEntity", status=404):
        iam.get_role(RoleName=label)
    with refused("NoSuchEntity", status=404):
        iam.get_policy(PolicyArn=arn)
