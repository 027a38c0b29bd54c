import hashlib


class PaymentDeclined(Exception):
    """The bank says no."""


class TemporaryFailure(Exception):
    """The bank does not answer; it may later."""


# What the test cards of this example do.
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
