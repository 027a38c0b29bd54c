def handler(item, context):
    if item["number"] < 0:
        raise ValueError("a number is not negative")
    return {"done": True, "square": item["number"] ** 2}
