"""The requests, as templates of the load generator. The same ones go to undercroft, nginx and moto."""

# A kilobyte that starts with the secret's number, so that an answer for another secret is noticed. No character needs
# escaping in JSON or in nginx.conf.
PADDING = "abcdefghijklmnopqrstuvwxyz0123456789-_ABCDEFGHIJKLMNOPQRSTUVWXYZ" * 16
VALUE = "#{n}#" + PADDING[:1016]
# Secrets that everybody reads, and all that are there.
HOT, ALL = 100, 2000


def secrets(operation, body, expect, *rest):
    return ["--target", f"secretsmanager.{operation}", "--body", body, "--expect", expect, *rest]


CREATE_KEY = ["--service", "kms", "--target", "TrentService.CreateKey", "--body", '{"Description":"bench"}']


def create(count, key=None):
    """Named as people name them, spread over applications and stages, tagged."""
    key = f'"KmsKeyId":"{key}",' if key else ""
    return secrets(
        "CreateSecret",
        '{"Name":"bench/app/{n}","ClientRequestToken":"{u}",' + key
        + '"Tags":[{"Key":"team","Value":"vault"}],"SecretString":"' + VALUE + '"}',
        "bench/app/{n}", "--distinct", count, "--fresh",
    )


# 66 bytes, as in the spikes of the design.
GET = secrets("GetSecretValue", '{"SecretId":"bench/app/{n}","VersionStage":"AWSCURRENT"}', "#{n}#", "--distinct", HOT)
DESCRIBE = secrets("DescribeSecret", '{"SecretId":"bench/app/{n}"}', "bench/app/{n}", "--distinct", ALL)
PUT = secrets(
    "PutSecretValue",
    '{"SecretId":"bench/app/{n}","ClientRequestToken":"{u}","SecretString":"' + VALUE + '"}',
    "bench/app/{n}", "--distinct", ALL, "--fresh",
)


def get(count):
    """GetSecretValue over the first `count` secrets."""
    return [*GET[:-1], count]


def list_page(token=""):
    token = f',"NextToken":"{token}"' if token else "{next}"
    return secrets(
        "ListSecrets",
        '{"MaxResults":100,"Filters":[{"Key":"name","Values":["bench/"]}]' + token + "}",
        "SecretList",
    )
