locals {
  here  = jsonencode({ StartAt = "Greet", States = { Greet = { Type = "Pass", End = true } } })
  there = "{ \"States\": { \"Greet\": { \"End\": true, \"Type\": \"Pass\" } }, \"StartAt\": \"Greet\" }"
}

output "same" {
  value = provider::sfn::normalize(local.here) == provider::sfn::normalize(local.there)
}
