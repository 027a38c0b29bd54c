import json


def handler(event, context):
    # A real job would store the token and send it with the result.
    print(json.dumps({"job": event["job"], "token": event["taskToken"]}))
