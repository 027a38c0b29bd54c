import json


def handler(event, context):
    # A real job would keep the token and answer with it when it is done.
    print(json.dumps({"job": event["job"], "token": event["taskToken"]}))
