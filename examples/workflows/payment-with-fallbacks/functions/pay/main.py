class PaymentDeclined(Exception):
    """The bank declined the payment."""


def handler(payment, context):
    if payment.get("card") == "declined":
        raise PaymentDeclined("the bank has declined the card")
    if payment.get("card") == "broken":
        raise RuntimeError("the card cannot be read")
    return {"paid": True}
