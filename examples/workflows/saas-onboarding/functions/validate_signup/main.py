class ValidationError(Exception):
    """The signup is invalid."""


def handler(signup, context):
    if "@" not in signup.get("email", ""):
        raise ValidationError("there is no email address")
    return signup
