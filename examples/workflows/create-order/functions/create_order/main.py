def handler(order, context):
    if not order["items"]:
        raise ValueError("an order has items")
    return {"orderId": order["orderId"], "pieces": sum(item["quantity"] for item in order["items"])}
