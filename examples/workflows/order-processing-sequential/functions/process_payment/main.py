class PaymentDeclined(Exception):
    """The bank declined the payment."""


def handler(order, context):
    if order["card"] == "declined":
        raise PaymentDeclined("the bank has declined the card")
    return {"approved": order["card"] == "valid", "amount": order["amount"]}
