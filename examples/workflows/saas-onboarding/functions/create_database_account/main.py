def handler(signup, context):
    return {"userId": "u-1", "databaseId": "d-1"}
