"""Prints the services, operations and parameters of the AWS SDK, as `aws-sdk` integrations name them.

Takes no input. The output is text: a line of comment, a line with the names of all parameters, then a line for each
service and for each of its operations `name required|optional`, whose numbers in base 36 count the names from 0.
"""

import collections
import datetime
import re

import botocore
import botocore.session

# Names that the AWS SDK for Java, which Step Functions follows, does not derive from the id of the service.
EXCEPTIONS = {"configservice": "config"}
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def service_name(model):
    name = re.sub(r"[ \-]", "", model.service_id).lower()
    return EXCEPTIONS.get(name, name)


def lower_first(name):
    return name[:1].lower() + name[1:]


def upper_first(name):
    return name[:1].upper() + name[1:]


def parameters(operation):
    """The names of the required and the other parameters; a token that the SDK makes up itself is not required."""
    shape = operation.input_shape
    if shape is None:
        return [], []
    made_up = {name for name, member in shape.members.items() if getattr(member, "is_idempotency_token", False)}
    made_up |= {name for name, member in shape.members.items() if member.metadata.get("idempotencyToken")}
    required = [name for name in shape.required_members if name not in made_up]
    others = [name for name in shape.members if name not in required]
    return [upper_first(name) for name in required], [upper_first(name) for name in others]


def base36(number):
    digits = ""
    while True:
        number, rest = divmod(number, 36)
        digits = DIGITS[rest] + digits
        if number == 0:
            return digits


def main():
    session = botocore.session.get_session()
    services = {}
    for name in session.get_available_services():
        model = session.get_service_model(name)
        table = services.setdefault(service_name(model), {})
        for operation in model.operation_names:
            table[lower_first(operation)] = parameters(model.operation_model(operation))
    uses = collections.Counter()
    for table in services.values():
        for required, others in table.values():
            uses.update(required + others)
    names = sorted(uses, key=lambda name: (-uses[name], name))
    number = {name: base36(index) for index, name in enumerate(names)}
    print(f"# botocore {botocore.__version__}, {datetime.date.today()}: {len(services)} services, "
          f"{sum(map(len, services.values()))} operations")
    print(" ".join(names))
    for service in sorted(services):
        print(f":{service}")
        for operation in sorted(services[service]):
            required, others = services[service][operation]
            lists = " ".join(number[name] for name in sorted(required)), " ".join(number[name] for name in sorted(others))
            print(f"{operation} {'|'.join(lists)}")


main()
