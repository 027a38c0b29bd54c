def handler(event, context):
    return {"userId": event["userId"], "role": "admin" if event["userId"] == "ada" else "guest"}
