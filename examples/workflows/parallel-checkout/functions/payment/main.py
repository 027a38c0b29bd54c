def handler(order, context):
    if order.get("card") == "declined":
        raise RuntimeError("the bank has declined the card")
    return {"chargeId": "ch-1"}
