class ValidationError(Exception):
    """The order is invalid."""


def handler(order, context):
    if not order.get("orderId"):
        raise ValidationError("the order has no id")
    items = order.get("items") or []
    if not items:
        raise ValidationError("the order has no items")
    for item in items:
        if item.get("quantity", 0) < 1 or item.get("price", -1) < 0:
            raise ValidationError(f"item {item.get('sku')} has no valid quantity or price")
    amount = sum(item["quantity"] * item["price"] for item in items)
    return {**order, "amount": round(amount, 2)}
