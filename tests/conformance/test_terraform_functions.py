"""Terraform's functions, versions, aliases and permissions: apply, a second plan without changes, update, destroy."""

import json

import pytest
from catalog_functions import zipped
from iam import unique
from support import refused
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
variable "name"    {}
variable "timeout" {}
resource "aws_iam_role" "r" {
  name = var.name
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "lambda.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
}
resource "aws_lambda_function" "f" {
  function_name                  = var.name
  role                           = aws_iam_role.r.arn
  runtime                        = "python3.11"
  handler                        = "function.handler"
  filename                       = "code.zip"
  source_code_hash               = filebase64sha256("code.zip")
  timeout                        = var.timeout
  publish                        = true
  reserved_concurrent_executions = 3
  environment { variables = { SECRETS_MANAGER_ENDPOINT = "http://127.0.0.1" } }
  tags = { team = "db" }
}
resource "aws_lambda_alias" "live" {
  name             = "live"
  function_name    = aws_lambda_function.f.function_name
  function_version = aws_lambda_function.f.version
}
resource "aws_lambda_permission" "p" {
  statement_id  = "rotation"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.f.function_name
  principal     = "secretsmanager.amazonaws.com"
}
output "version" { value = aws_lambda_function.f.version }
"""


@pytest.fixture
def terraform(server, tmp_path):
    (tmp_path / "main.tf").write_text(CONFIGURATION)
    (tmp_path / "code.zip").write_bytes(zipped())
    one = Terraform(tmp_path, server)
    one.run("init", "-input=false", "-no-color", f"-plugin-dir={plugins()}")
    return one


def test_life(terraform, client):
    functions, name = client("lambda"), unique("tf")
    terraform.apply(name=name, timeout=60)
    assert terraform.changes == ""
    assert terraform.output() == {"version": "1"}
    found = functions.get_function(FunctionName=name)
    assert found["Configuration"]["Timeout"] == 60 and found["Tags"] == {"team": "db"}
    assert found["Concurrency"] == {"ReservedConcurrentExecutions": 3}
    assert json.loads(functions.get_policy(FunctionName=name)["Policy"])["Statement"][0]["Sid"] == "rotation"

    functions.remove_permission(FunctionName=name, StatementId="rotation")
    assert "rotation" in terraform.changes
    (terraform.folder / "code.zip").write_bytes(zipped({"function.py": "def handler(e, c): return 2\n"}))
    terraform.apply(timeout=90)
    assert terraform.changes == ""
    assert int(terraform.output()["version"]) > 1
    assert functions.get_function(FunctionName=name, Qualifier="live")["Configuration"]["Timeout"] == 90
    assert json.loads(functions.get_policy(FunctionName=name)["Policy"])["Statement"][0]["Sid"] == "rotation"

    terraform.change("destroy", "-auto-approve")
    with refused("ResourceNotFoundException", status=404):
        functions.get_function(FunctionName=name)
