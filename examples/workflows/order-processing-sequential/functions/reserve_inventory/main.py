def handler(order, context):
    return {"reservationId": f"r-{order['orderId']}"}
