"""Prints tables of data that AWS publishes.

Takes no input. The output is text: for each table `== name`, then its lines.

`sdk`: services, operations and structures of the AWS SDK, as `aws-sdk` integrations name them. Numbers are in base 36. The first
line is a comment. The second line lists the names of all members, which are numbered from 0. For each service there is a line
`:service prefix` with its prefix in IAM. For each operation there is a line `name request response required…` with the
structures of the request and the response (`-` for none), and the required members of the request. For each structure there is
a line `.number member…`, and for each set of values of strings a line `=number value…` with tabs between the values. The name of
an operation is followed by `!` if Step Functions does not support it, by `?` if IAM has no action with that name, and by
`=Action` if its action has another name.

A member with a structure is followed by the number of the structure: after `.` for the structure itself, after `*` for a list,
and after `%` for a map. A member that is a number with limits is followed by `:minimum,maximum`, either of which can be empty.
A member of another type is followed by `N` for another number, `B` for a boolean, `O` for an object without known members, `J`
for any JSON, `L` for a list and `M` for a map, with the mark of its elements or values. A string has no mark but `>minimum` for
its length, and `=number` for its set of values. Timestamps and blobs are strings in the JSON of Step Functions. A required
member has `!` at the end.

`runtimes`: Lambda runtimes with the dates as of which they are deprecated, cannot be created and cannot be updated, and with
their successors (`-` for none).

`properties`: properties of CloudFormation and SAM resources that `sfn convert` reads, as `type path`, without read-only
properties.

`partitions`: partitions with the common prefix of their region names (`*` if there is none), and their regions.
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

# Operations that Step Functions does not support, besides those with event streams (Step Functions developer guide, "Learning to
# use AWS service SDK integrations", which listed them until 2024, and responses of AWS).
UNSUPPORTED = {
    "apigatewaymanagementapi:*",
    "applicationdiscovery:DescribeExportConfigurations",
    "applicationdiscovery:ExportConfigurations",
    "codedeploy:BatchGetDeploymentInstances",
    "codedeploy:GetDeploymentInstance",
    "codedeploy:ListDeploymentInstances",
    "codedeploy:SkipWaitTimeForInstanceTermination",
    "comprehendmedical:DetectEntities",
    "directconnect:AllocateConnectionOnInterconnect",
    "directconnect:DescribeConnectionLoa",
    "directconnect:DescribeConnectionsOnInterconnect",
    "directconnect:DescribeInterconnectLoa",
    "efs:CreateTags",
    "efs:DeleteTags",
    "efs:DescribeTags",
    "emr:DescribeJobFlows",
    "iot:AttachPrincipalPolicy",
    "iot:DetachPrincipalPolicy",
    "iot:ListPolicyPrincipals",
    "iot:ListPrincipalPolicies",
    "iotdeviceadvisor:ListTestCases",
    "lambda:InvokeAsync",
    "mediapackage:RotateChannelCredentials",
    "rdsdata:ExecuteSql",
    "shield:DeleteSubscription",
    "sts:AssumeRole",
    "sts:AssumeRoleWithSAML",
    "sts:AssumeRoleWithWebIdentity",
}
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def service_name(model):
    """The package name in the AWS SDK for Java 2, which Step Functions uses: the service ID without generic words."""
    name = re.sub(r"[ \-]", "", model.service_id).lower()
    return name.removeprefix("amazon").removeprefix("aws").removesuffix("service")


SPECIFICATIONS = pathlib.Path(cfnlint.__file__).parent / "data" / "AdditionalSpecs"
# The actions of API Gateway are HTTP methods (API Gateway developer guide, "Control access to a REST API").
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
    """The IAM actions in lowercase, by prefix."""
    policies = json.loads((SPECIFICATIONS / "Policies.json").read_text())
    return {prefix: {action.lower() for action in service["Actions"]} for prefix, service in policies.items()}


def prefix_of(name, model, actions):
    """The IAM prefix of a service: the one of its own names with actions for most operations, or else another prefix with
    actions for all operations."""
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


# Keywords of Java, to which the SDK appends `Value`.
RESERVED = {"case", "catch", "class", "default", "do", "else", "enum", "equals", "final", "for", "if", "import", "interface",
            "new", "package", "private", "public", "return", "static", "switch", "this", "throw", "try", "void", "while"}


def parameter_name(name):
    """The name of a member in the AWS SDK for Java 2, with an uppercase first letter. Of several uppercase letters at the
    beginning, only the first one and the one that begins the next word are kept, as in `DbInstanceIdentifier`."""
    if name.lower() in RESERVED:
        name += "Value"
    end = 1
    while end < len(name) and name[end].isupper() and not (end < len(name) - 1 and name[end + 1].islower()):
        end += 1
    return name[:1].upper() + name[1:end].lower() + name[end:]


def is_made_up(name, member):
    """Returns whether the SDK generates a missing token."""
    return getattr(member, "is_idempotency_token", False) or bool(member.metadata.get("idempotencyToken"))


def structure_in(shape):
    """Returns the structure in a value and its position: `.` for the value itself, `*` for elements of a list, `%` for values
    of a map."""
    inner = {"list": ("*", "member"), "map": ("%", "value")}.get(shape.type_name)
    way, structure = (".", shape) if inner is None else (inner[0], getattr(shape, inner[1]))
    is_open = structure.type_name != "structure" or getattr(structure, "is_document_type", False)
    return None if is_open else (way, structure)


NUMBERS = {"integer", "long", "float", "double"}


def limits_of(shape):
    """Returns the minimum and the maximum of a number as `:minimum,maximum`; empty if it has no limits."""
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    is_limited = shape.type_name in NUMBERS and (least, most) != (None, None)
    return f":{'' if least is None else least},{'' if most is None else most}" if is_limited else ""


class Shapes:
    """Numbered structures of the requests and responses of a service. Models with the same service name, such as two versions of
    an API, do not share structures."""

    def __init__(self):
        self.numbers, self.members, self.values, self.waiting = {}, {}, {}, []

    def number(self, model, structure):
        """Returns the number of a structure, or 0 for a structure without members."""
        if structure is None or not structure.members:
            return 0
        key = model, structure.name
        if key not in self.numbers:
            self.numbers[key] = len(self.numbers) + 1
            self.waiting.append((key, structure))
        return self.numbers[key]

    def collect(self):
        """Adds nested structures."""
        while self.waiting:
            key, structure = self.waiting.pop()
            needed = structure.required_members
            members = []
            for name, member in structure.members.items():
                inner = structure_in(member)
                number = self.number(key[0], inner[1]) if inner else 0
                mark = inner[0] + base36(number) if number else self.mark(member)
                is_needed = name in needed and not is_made_up(name, member)
                members.append((parameter_name(name), mark + ("!" if is_needed else "")))
            self.members[self.numbers[key]] = sorted(members)

    def mark(self, shape):
        """Returns the mark of a type, without the members of structures."""
        kind = shape.type_name
        if kind in NUMBERS:
            return limits_of(shape) or "N"
        if kind == "boolean":
            return "B"
        if kind == "list":
            return "L" + self.mark(shape.member)
        if kind == "map":
            return "M" + self.mark(shape.value)
        if kind == "structure":
            return "J" if getattr(shape, "is_document_type", False) else "O"
        least = shape.metadata.get("min", 0) if kind in ("string", "blob") else 0
        mark = f">{least}" if least > 0 else ""
        values = tuple(getattr(shape, "enum", ()))
        return f"{mark}={base36(self.values.setdefault(values, len(self.values)))}" if values else mark


def required(operation):
    shape = operation.input_shape
    names = [] if shape is None else shape.required_members
    return [parameter_name(name) for name in names if not is_made_up(name, shape.members[name])]


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
    services, prefixes, shapes = {}, {}, {}
    for name in session.get_available_services():
        model = session.get_service_model(name)
        service = service_name(model)
        prefix = prefixes.setdefault(service, prefix_of(name, model, actions))
        table = services.setdefault(service, {})
        known = shapes.setdefault(service, Shapes())
        for operation in model.operation_names:
            shape = model.operation_model(operation)
            is_called = is_supported(service, shape)
            marks = ("" if is_called else "!") + action_of(prefix, shape, actions)
            request = known.number(name, shape.input_shape) if is_called else 0
            response = known.number(name, shape.output_shape) if is_called else 0
            table[lower_first(operation)] = marks, required(shape) if is_called else [], request, response
        known.collect()
    uses = collections.Counter()
    for known in shapes.values():
        for members in known.members.values():
            uses.update(name for name, _ in members)
    names = sorted(uses, key=lambda name: (-uses[name], name))
    number = {name: base36(index) for index, name in enumerate(names)}
    unknown = sum(line[0].endswith("?") for table in services.values() for line in table.values())
    print(f"# botocore {botocore.__version__}, cfn-lint {importlib.metadata.version('cfn-lint')}: {len(services)} services, "
          f"{sum(map(len, services.values()))} operations, {unknown} without an action that IAM has")
    print(" ".join(names))
    for service in sorted(services):
        print(f":{service} {prefixes[service]}")
        for operation in sorted(services[service]):
            marks, needed, *structures = services[service][operation]
            request, response = (base36(structure) if structure else "-" for structure in structures)
            print(f"{operation}{marks} {request} {response} {' '.join(number[name] for name in sorted(needed))}".rstrip())
        known = shapes[service]
        for structure in sorted(known.members):
            members = (number[member] + mark for member, mark in known.members[structure])
            print(f".{base36(structure)} {' '.join(members)}")
        for values, index in known.values.items():
            print(f"={base36(index)}", "\t".join(values))


def runtimes():
    lifecycle = json.loads((SPECIFICATIONS / "LmbdRuntimeLifecycle.json").read_text())
    print(f"# cfn-lint {importlib.metadata.version('cfn-lint')}, as of {datetime.date.today()}")
    for runtime in sorted(lifecycle):
        days = lifecycle[runtime]
        print(runtime, *(days[day] or "-" for day in ("deprecated", "create-block", "update-block", "successor")))


def partitions():
    data = pathlib.Path(botocore.__file__).parent / "data"
    read = lambda name: json.loads((data / name).read_text())["partitions"]
    endpoints = {partition["partition"]: partition["regions"] for partition in read("endpoints.json")}
    print(f"# botocore {botocore.__version__}")
    for partition in read("partitions.json"):
        name = partition["id"]
        regions = {region for region in [*partition["regions"], *endpoints.get(name, {})] if not region.endswith("-global")}
        prefix = re.match(r"\^((?:[a-z]+\\-)*)", partition["regionRegex"]).group(1).replace("\\", "")
        print(name, prefix or "*", *sorted(regions))


RESOURCES = ("AWS::Serverless::StateMachine", "AWS::StepFunctions::Activity", "AWS::StepFunctions::StateMachine",
             "AWS::StepFunctions::StateMachineAlias", "AWS::StepFunctions::StateMachineVersion")


def paths(schema, root, at=()):
    """Yields the paths of the properties in a schema. Elements of a list have the path of the list."""
    if "$ref" in schema:
        target = root
        for part in schema["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        schema = target
    if "items" in schema:
        yield from paths(schema["items"], root, at)
    elif "properties" in schema:
        for name, inner in schema["properties"].items():
            yield from paths(inner, root, (*at, name))
    else:
        yield at


def properties():
    print(f"# cfn-lint {importlib.metadata.version('cfn-lint')}")
    found = {}
    for file in (pathlib.Path(cfnlint.__file__).parent / "data" / "schemas" / "resources").glob("*.json"):
        text = file.read_text()
        if not any(f'"{name}"' in text for name in RESOURCES):
            continue
        schema = json.loads(text)
        read_only = {tuple(path.split("/")[2:]) for path in schema.get("readOnlyProperties", ())}
        if schema["typeName"] in RESOURCES:
            found[schema["typeName"]] = sorted(set(paths(schema, schema)) - read_only)
    for name in RESOURCES:
        for path in found[name]:
            print(name, ".".join(path))


for table in sdk, runtimes, partitions, properties:
    print("==", table.__name__)
    table()
