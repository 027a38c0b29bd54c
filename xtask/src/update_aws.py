"""Prints what AWS publishes, as tables.

Takes no input. The output is text: for each table `== name`, then its lines.

`sdk`: the services, operations and parameters of the AWS SDK, as `aws-sdk` integrations name them. A line of comment, a
line with the names of all parameters, then a line `:service prefix` for each service, with its prefix in IAM, and for each
of its operations `name required|optional`, whose numbers in base 36 count the names from 0. A name is followed by `!` if
Step Functions does not call the operation, by `?` if IAM has no action of that name, and by `=Action` if its action has
another name.

`runtimes`: the runtimes of Lambda with the days from which they are deprecated, cannot be created and cannot be updated, and
with their successors; `-` stands for none.
"""

import collections
import datetime
import importlib.metadata
import json
import pathlib
import re

import botocore
import botocore.session
import cfnlint

# Operations that Step Functions does not call, beside those that stream events (Step Functions developer guide, "Learning to
# use AWS service SDK integrations").
UNSUPPORTED = {
    "apigatewaymanagementapi:*",
    "efs:CreateTags",
    "efs:DeleteTags",
    "efs:DescribeTags",
    "emr:DescribeJobFlows",
    "lambda:InvokeAsync",
    "rdsdata:ExecuteSql",
    "sts:AssumeRole",
    "sts:AssumeRoleWithSAML",
    "sts:AssumeRoleWithWebIdentity",
}
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def service_name(model):
    """The name of the package in the AWS SDK for Java 2, which Step Functions follows: the id without words that say nothing."""
    name = re.sub(r"[ \-]", "", model.service_id).lower()
    return name.removeprefix("amazon").removeprefix("aws").removesuffix("service")


SPECIFICATIONS = pathlib.Path(cfnlint.__file__).parent / "data" / "AdditionalSpecs"
# The actions of API Gateway are the methods of HTTP (API Gateway developer guide, "Control access to a REST API").
BY_METHOD = "apigateway"
# Operations whose actions have other names (Lambda and DynamoDB developer guides, service authorization reference).
ACTIONS = {
    "lambda:Invoke": "InvokeFunction",
    "lambda:InvokeAsync": "InvokeFunction",
    "lambda:InvokeWithResponseStream": "InvokeFunction",
    "s3:ListObjects": "ListBucket",
    "s3:ListObjectsV2": "ListBucket",
    "s3:ListObjectVersions": "ListBucketVersions",
    "s3:ListBuckets": "ListAllMyBuckets",
    "s3:HeadBucket": "ListBucket",
    "s3:HeadObject": "GetObject",
    "s3:SelectObjectContent": "GetObject",
    "s3:CopyObject": "PutObject",
    "s3:CreateMultipartUpload": "PutObject",
    "s3:UploadPart": "PutObject",
    "s3:UploadPartCopy": "PutObject",
    "s3:CompleteMultipartUpload": "PutObject",
    "s3:ListMultipartUploads": "ListBucketMultipartUploads",
    "s3:ListParts": "ListMultipartUploadParts",
    "s3:DeleteObjects": "DeleteObject",
    "s3:GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
    "s3:PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
    "s3:DeleteBucketLifecycle": "PutLifecycleConfiguration",
    "s3:GetBucketEncryption": "GetEncryptionConfiguration",
    "s3:PutBucketEncryption": "PutEncryptionConfiguration",
    "s3:DeleteBucketEncryption": "PutEncryptionConfiguration",
    "s3:GetBucketReplication": "GetReplicationConfiguration",
    "s3:PutBucketReplication": "PutReplicationConfiguration",
    "s3:DeleteBucketReplication": "PutReplicationConfiguration",
    "s3:DeleteBucketCors": "PutBucketCORS",
    "s3:DeleteBucketTagging": "PutBucketTagging",
    "s3:GetBucketNotificationConfiguration": "GetBucketNotification",
    "s3:PutBucketNotificationConfiguration": "PutBucketNotification",
}


def actions_of_iam():
    """The actions that IAM has, in small letters, by prefix."""
    policies = json.loads((SPECIFICATIONS / "Policies.json").read_text())
    return {prefix: {action.lower() for action in service["Actions"]} for prefix, service in policies.items()}


def prefix_of(name, model, actions):
    """The prefix of a service in IAM: the one of its own names that has most of the operations, or else the one that has
    all of them."""
    operations = [operation.lower() for operation in model.operation_names]
    known = {prefix: sum(operation in names for operation in operations) for prefix, names in actions.items()}
    own = dict.fromkeys([model.signing_name, model.endpoint_prefix, service_name(model), name])
    best = max(own, key=lambda prefix: known.get(prefix, 0))
    if known.get(best, 0) == 0:
        others = [prefix for prefix, count in known.items() if count == len(operations)]
        best = min(others, default=best)
    return best


def is_supported(service, operation):
    streams = operation.has_event_stream_input or operation.has_event_stream_output
    return not streams and UNSUPPORTED.isdisjoint({f"{service}:*", f"{service}:{operation.name}"})


def action_of(prefix, operation, actions):
    """Returns the marker of the IAM action of an operation: empty, `=Action` or `?`."""
    if prefix == BY_METHOD:
        return "=" + operation.http["method"]
    if operation.name.lower() in actions.get(prefix, ()):
        return ""
    other = ACTIONS.get(f"{prefix}:{operation.name}")
    return "?" if other is None else "=" + other


def lower_first(name):
    return name[:1].lower() + name[1:]


# Members that are words of Java, to which its SDK adds a word.
RESERVED = {"case", "catch", "class", "default", "do", "else", "enum", "equals", "final", "for", "if", "import", "interface",
            "new", "package", "private", "public", "return", "static", "switch", "this", "throw", "try", "void", "while"}


def parameter_name(name):
    """A member as the AWS SDK for Java 2 has it, with a capital letter: of capitals at the beginning only the first and the one
    that begins the next word stay, as in `DbInstanceIdentifier`."""
    if name.lower() in RESERVED:
        name += "Value"
    end = 1
    while end < len(name) and name[end].isupper() and not (end < len(name) - 1 and name[end + 1].islower()):
        end += 1
    return name[:1].upper() + name[1:end].lower() + name[end:]


def parameters(operation):
    """The names of the required and the other parameters; a token that the SDK makes up itself is not required."""
    shape = operation.input_shape
    if shape is None:
        return [], []
    made_up = {name for name, member in shape.members.items() if getattr(member, "is_idempotency_token", False)}
    made_up |= {name for name, member in shape.members.items() if member.metadata.get("idempotencyToken")}
    required = [name for name in shape.required_members if name not in made_up]
    others = [name for name in shape.members if name not in required]
    return [parameter_name(name) for name in required], [parameter_name(name) for name in others]


def base36(number):
    digits = ""
    while True:
        number, rest = divmod(number, 36)
        digits = DIGITS[rest] + digits
        if number == 0:
            return digits


def sdk():
    session = botocore.session.get_session()
    actions = actions_of_iam()
    services, prefixes = {}, {}
    for name in session.get_available_services():
        model = session.get_service_model(name)
        prefix = prefixes.setdefault(service_name(model), prefix_of(name, model, actions))
        table = services.setdefault(service_name(model), {})
        for operation in model.operation_names:
            shape = model.operation_model(operation)
            mark = "" if is_supported(service_name(model), shape) else "!"
            table[lower_first(operation)] = (mark + action_of(prefix, shape, actions), *parameters(shape))
    uses = collections.Counter()
    for table in services.values():
        for _, required, others in table.values():
            uses.update(required + others)
    names = sorted(uses, key=lambda name: (-uses[name], name))
    number = {name: base36(index) for index, name in enumerate(names)}
    unknown = sum(action.endswith("?") for table in services.values() for action, _, _ in table.values())
    print(f"# botocore {botocore.__version__}, cfn-lint {importlib.metadata.version('cfn-lint')}: {len(services)} services, "
          f"{sum(map(len, services.values()))} operations, {unknown} without an action that IAM has")
    print(" ".join(names))
    for service in sorted(services):
        print(f":{service} {prefixes[service]}")
        for operation in sorted(services[service]):
            action, required, others = services[service][operation]
            lists = " ".join(number[name] for name in sorted(required)), " ".join(number[name] for name in sorted(others))
            print(f"{operation}{action} {'|'.join(lists)}")


def runtimes():
    lifecycle = json.loads((SPECIFICATIONS / "LmbdRuntimeLifecycle.json").read_text())
    print(f"# cfn-lint {importlib.metadata.version('cfn-lint')}, as of {datetime.date.today()}")
    for runtime in sorted(lifecycle):
        days = lifecycle[runtime]
        print(runtime, *(days[day] or "-" for day in ("deprecated", "create-block", "update-block", "successor")))


for table in sdk, runtimes:
    print("==", table.__name__)
    table()
