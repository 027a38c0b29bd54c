import hashlib


class PaymentDeclined(Exception):
    """The bank declined the payment."""


class TemporaryFailure(Exception):
    """The bank does not respond, but may do so later."""


# Behavior of the test cards in this example.
DECLINED = "4000000000000002"
INSUFFICIENT = "4000000000009995"


def handler(payment, context):
    card = payment.get("card", "")
    if card == DECLINED:
        raise PaymentDeclined("the bank has declined the card")
    if card == INSUFFICIENT:
        return {"success": False, "reason": "insufficient funds"}
    charge = hashlib.sha256(f"{payment['orderId']}:{payment['amount']}".encode()).hexdigest()
    return {"success": True, "chargeId": f"ch_{charge[:12]}", "amount": payment["amount"]}
