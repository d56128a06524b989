"""Terraform with the AWS provider: apply, a second plan without changes, update, destroy."""

import json
import os
import pathlib
import shutil
import subprocess

import pytest
from support import refused

TERRAFORM = shutil.which("terraform")


def plugins():
    """A folder in which `terraform init -plugin-dir=` finds the AWS provider, or None."""
    named = os.environ.get("UNDERCROFT_TF_PLUGINS")
    places = [named] if named else ["/opt", "/usr/local/share", "/usr/share"]
    for place in map(pathlib.Path, places):
        for found in [place, *place.glob("*"), *place.glob("*/*")]:
            if any(found.glob("*/hashicorp/aws")):
                return found
    return None


pytestmark = [
    pytest.mark.skipif(TERRAFORM is None, reason="terraform is not installed"),
    pytest.mark.skipif(plugins() is None, reason="no AWS provider; UNDERCROFT_TF_PLUGINS names its folder"),
]

CONFIGURATION = """
terraform {
  required_providers { aws = { source = "hashicorp/aws" } }
}
provider "aws" {
  region                      = "us-west-2"
  skip_metadata_api_check     = true
  skip_credentials_validation = false
  max_retries                 = 2
  default_tags { tags = { managed = "terraform" } }
}
variable "name"        {}
variable "description" {}
variable "value"       {}
variable "owner"       {}
resource "aws_iam_role" "r" {
  name = replace(var.name, "/", "-")
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { AWS = data.aws_caller_identity.me.arn }, Action = "sts:AssumeRole" }]
  })
}
resource "aws_kms_key" "k" {
  description             = "for ${var.name}"
  deletion_window_in_days = 7
  enable_key_rotation     = true
  rotation_period_in_days = 180
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Principal = { AWS = "arn:aws:iam::000000000001:root" }, Action = "kms:*", Resource = "*" },
      { Effect = "Allow", Principal = { AWS = aws_iam_role.r.arn }, Action = "kms:Decrypt", Resource = "*" },
    ]
  })
  tags                    = { purpose = "test" }
}
resource "aws_kms_grant" "g" {
  name               = "g"
  key_id             = aws_kms_key.k.key_id
  grantee_principal  = data.aws_caller_identity.me.arn
  retiring_principal = data.aws_caller_identity.me.arn
  operations         = ["Encrypt", "Decrypt"]
  constraints { encryption_context_subset = { Department = "Finance" } }
}
resource "aws_kms_alias" "a" {
  name          = "alias/${var.name}"
  target_key_id = aws_kms_key.k.key_id
}
resource "aws_secretsmanager_secret" "s" {
  name                    = var.name
  description             = var.description
  kms_key_id              = aws_kms_key.k.arn
  recovery_window_in_days = 0
  tags                    = { owner = var.owner }
}
resource "aws_secretsmanager_secret_version" "v" {
  secret_id     = aws_secretsmanager_secret.s.id
  secret_string = var.value
}
resource "aws_secretsmanager_secret_policy" "p" {
  secret_arn = aws_secretsmanager_secret.s.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid = "Read", Effect = "Allow", Principal = { AWS = [aws_iam_role.r.arn, data.aws_caller_identity.me.arn] },
      Action = "secretsmanager:GetSecretValue", Resource = "*"
    }]
  })
}
data "aws_secretsmanager_secret_version" "read" {
  secret_id  = aws_secretsmanager_secret.s.id
  depends_on = [aws_secretsmanager_secret_version.v]
}
data "aws_caller_identity" "me" {}
output "read" {
  value     = data.aws_secretsmanager_secret_version.read.secret_string
  sensitive = true
}
output "account" { value = data.aws_caller_identity.me.account_id }
"""


class Terraform:
    def __init__(self, folder, server):
        self.folder, self.server = folder, server
        self.environment = {**server.environment, "TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1"}
        self.environment.pop("TF_CLI_CONFIG_FILE", None)
        self.variables = {}

    def run(self, *words, statuses=(0,)):
        done = subprocess.run(
            [TERRAFORM, *words], cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=300
        )
        assert done.returncode in statuses, done.stdout + done.stderr
        return done

    def change(self, command, *more, **kw):
        settings = [f"-var={k}={v}" for k, v in self.variables.items()]
        return self.run(command, "-input=false", "-no-color", *settings, *more, **kw)

    def apply(self, **variables):
        self.variables |= variables
        self.change("apply", "-auto-approve")

    @property
    def changes(self):
        """The plan, or nothing if it is empty; exit status 2 tells."""
        done = self.change("plan", "-detailed-exitcode", statuses=(0, 2))
        return done.stdout if done.returncode else ""

    def output(self):
        return {k: v["value"] for k, v in json.loads(self.run("output", "-json").stdout).items()}


@pytest.fixture
def terraform(server, tmp_path):
    (tmp_path / "main.tf").write_text(CONFIGURATION)
    one = Terraform(tmp_path, server)
    one.run("init", "-input=false", "-no-color", f"-plugin-dir={plugins()}")
    return one


def test_life(terraform, server, secrets, kms, name):
    terraform.apply(name=name, description="first", value="one", owner="a")
    assert terraform.changes == ""
    assert terraform.output() == {"read": "one", "account": "000000000001"}

    seen = secrets.describe_secret(SecretId=name)
    assert seen["Description"] == "first"
    assert {t["Key"]: t["Value"] for t in seen["Tags"]} == {"owner": "a", "managed": "terraform"}
    key = kms.describe_key(KeyId=f"alias/{name}")["KeyMetadata"]
    assert seen["KmsKeyId"] == key["Arn"] and key["Description"] == f"for {name}"
    (grant,) = kms.list_grants(KeyId=key["Arn"])["Grants"]
    assert grant["Name"] == "g" and grant["Constraints"] == {"EncryptionContextSubset": {"Department": "Finance"}}
    assert kms.get_key_rotation_status(KeyId=key["Arn"])["RotationPeriodInDays"] == 180
    assert secrets.get_secret_value(SecretId=name)["SecretString"] == "one"
    assert "Read" in secrets.get_resource_policy(SecretId=name)["ResourcePolicy"]

    # What was changed by hand is seen and put right.
    secrets.update_secret(SecretId=name, Description="by hand")
    assert "by hand" in terraform.changes
    terraform.apply(description="second", value="two", owner="b")
    assert terraform.changes == ""
    assert terraform.output()["read"] == "two"
    seen = secrets.describe_secret(SecretId=name)
    assert seen["Description"] == "second"
    assert {t["Key"]: t["Value"] for t in seen["Tags"]} == {"owner": "b", "managed": "terraform"}
    assert secrets.get_secret_value(SecretId=name, VersionStage="AWSPREVIOUS")["SecretString"] == "one"

    # A role that was made again by hand is not whom the policies mean: that shows, and the next run puts it right.
    iam = server.client("iam")
    role = iam.get_role(RoleName=name.replace("/", "-"))["Role"]
    iam.delete_role(RoleName=role["RoleName"])
    iam.create_role(RoleName=role["RoleName"], AssumeRolePolicyDocument=json.dumps(role["AssumeRolePolicyDocument"]))
    assert role["RoleId"] in secrets.get_resource_policy(SecretId=name)["ResourcePolicy"]
    assert role["RoleId"] in terraform.changes
    terraform.apply()
    assert terraform.changes == ""
    assert role["RoleId"] not in secrets.get_resource_policy(SecretId=name)["ResourcePolicy"]

    terraform.change("destroy", "-auto-approve")
    with refused("ResourceNotFoundException"):
        secrets.describe_secret(SecretId=name)
    assert kms.describe_key(KeyId=key["Arn"])["KeyMetadata"]["KeyState"] == "PendingDeletion"
    assert kms.list_grants(KeyId=key["Arn"])["Grants"] == []
    with refused("NotFoundException"):
        kms.describe_key(KeyId=f"alias/{name}")
