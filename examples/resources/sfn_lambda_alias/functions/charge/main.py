def handler(event, context):
    return {"charged": True}
