def handler(row, context):
    return {"order": row["order"], "amount": float(row["amount"])}
