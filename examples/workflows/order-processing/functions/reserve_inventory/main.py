def handler(order, context):
    return {"reserved": [{"sku": item["sku"], "quantity": item["quantity"]} for item in order["items"]]}
