"""Terraform's aws_secretsmanager_secret_rotation: apply, a second plan without changes, update, destroy."""

import pytest
from iam import unique
from support import until
from test_terraform import Terraform, plugins, pytestmark  # noqa: F401

CONFIGURATION = """
terraform {
  required_providers { aws = { source = "hashicorp/aws" } }
}
provider "aws" {
  region                  = "us-west-2"
  skip_metadata_api_check = true
  max_retries             = 2
}
variable "name" {}
variable "days" {}
data "aws_caller_identity" "me" {}
resource "aws_secretsmanager_secret" "s" {
  name                    = var.name
  recovery_window_in_days = 0
}
resource "aws_secretsmanager_secret_version" "v" {
  secret_id     = aws_secretsmanager_secret.s.id
  secret_string = "first"
  lifecycle { ignore_changes = [secret_string] }
}
resource "aws_secretsmanager_secret_rotation" "r" {
  secret_id           = aws_secretsmanager_secret_version.v.secret_id
  rotation_lambda_arn = "arn:aws:lambda:us-west-2:${data.aws_caller_identity.me.account_id}:function:undercroft-rotate-random"
  rotation_rules { automatically_after_days = var.days }
}
"""


@pytest.fixture
def terraform(server, tmp_path):
    (tmp_path / "main.tf").write_text(CONFIGURATION)
    one = Terraform(tmp_path, server)
    one.run("init", "-input=false", "-no-color", f"-plugin-dir={plugins()}")
    return one


def test_life(terraform, secrets):
    name = unique("tf")
    terraform.apply(name=name, days=30)
    until(lambda: "LastRotatedDate" in secrets.describe_secret(SecretId=name))
    assert terraform.changes == ""
    assert secrets.describe_secret(SecretId=name)["RotationRules"] == {"AutomaticallyAfterDays": 30}

    terraform.apply(days=7)
    shown = until(lambda: (d := secrets.describe_secret(SecretId=name))["RotationRules"]["AutomaticallyAfterDays"] == 7 and d)
    assert shown["RotationEnabled"] is True
    until(lambda: "AWSPENDING" not in sum(secrets.describe_secret(SecretId=name)["VersionIdsToStages"].values(), []))
    assert terraform.changes == ""

    terraform.change("destroy", "-auto-approve")
    assert name not in [s["Name"] for p in secrets.get_paginator("list_secrets").paginate() for s in p["SecretList"]]
