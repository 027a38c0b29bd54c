def handler(mail, context):
    return {"sent": True}
