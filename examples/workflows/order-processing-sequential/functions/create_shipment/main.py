def handler(order, context):
    return {"trackingId": f"t-{order['orderId']}"}
