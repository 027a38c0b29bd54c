locals {
  definition = jsonencode({
    StartAt = "Charge"
    States = {
      Charge = {
        Type       = "Task"
        Resource   = "arn:aws:states:::lambda:invoke"
        Parameters = { FunctionName = "charge-card", "Payload.$" = "$" }
        OutputPath = "$.Payload"
        Retry      = [{ ErrorEquals = ["Lambda.TooManyRequestsException"] }]
        Next       = "IsApproved"
      }
      IsApproved = {
        Type    = "Choice"
        Choices = [{ Variable = "$.approved", BooleanEquals = true, Next = "Ship" }]
        Default = "Refuse"
      }
      Ship   = { Type = "Succeed" }
      Refuse = { Type = "Fail", Error = "Refused" }
    }
  })

  # The first call fails, and the retry succeeds.
  run = provider::sfn::run(local.definition, { amount = 20 }, {
    Charge = [
      { throw = { error = "Lambda.TooManyRequestsException" } },
      { payload = { approved = true } },
    ]
  })
}

check "approved_orders_are_shipped" {
  assert {
    condition     = local.run.status == "SUCCEEDED" && local.run.path == tolist(["Charge", "IsApproved", "Ship"])
    error_message = "The order ended with ${local.run.status} after ${join(", ", local.run.path)}."
  }
}

output "calls" {
  value = length(local.run.calls.Charge)
}

output "shipped" {
  value = local.run.output
}
