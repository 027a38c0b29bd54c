def handler(order, context):
    return {"reservationId": "r-1"}
