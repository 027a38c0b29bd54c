locals {
  definition = jsonencode({
    StartAt = "Prepare"
    States = {
      Prepare = { Type = "Pass", Next = "Rest" }
      Rest    = { Type = "Wait", Seconds = 5, End = true }
    }
  })
  cost = provider::sfn::estimate_cost(local.definition, 1000000)
}

output "cost" {
  value = "Standard: ${local.cost.standard.most} USD a month, Express: ${local.cost.express.requests} USD and ${local.cost.express.per_second} USD for each second"
}
