def handler(event, context):
    return {"jobId": "j-1", "looks": 0, "ends": event.get("ends", "completed")}
