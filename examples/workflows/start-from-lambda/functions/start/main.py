import json
import os

import boto3

ARN = os.environ["STATE_MACHINE_ARN"]


def handler(event, context):
    states = boto3.client("stepfunctions")
    name = f"order-{event['orderId']}"
    try:
        states.start_execution(stateMachineArn=ARN, name=name, input=json.dumps(event))
    except states.exceptions.ExecutionAlreadyExists:
        # The order was received before, which is expected.
        pass
    execution = ARN.replace(":stateMachine:", ":execution:") + ":" + name
    return {"executionArn": execution, "status": states.describe_execution(executionArn=execution)["status"]}
