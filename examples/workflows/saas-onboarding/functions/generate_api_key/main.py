def handler(signup, context):
    return {"apiKey": "k-1"}
