locals {
  # One folder of code for each function, below functions/.
  functions = {
    validate_order    = "Checks that an order can be carried out"
    charge_card       = "Charges the customer's card"
    reserve_inventory = "Sets the ordered items aside"
    create_shipment   = "Hands the order to the carrier"
  }
}

resource "sfn_lambda_function" "this" {
  for_each = local.functions

  function_name = "${var.name}-${replace(each.key, "_", "-")}"
  description   = each.value
  source_dir    = "${path.module}/functions/${each.key}"
  handler       = "main.handler"
  runtime       = "python3.13"
  timeout       = 10

  execution_role {}
}
