variable "execution" {
  description = "ARN of an execution."
  type        = string
  default     = "arn:aws:states:eu-west-1:123456789012:execution:orders:4711"
}

data "sfn_execution" "it" {
  arn = var.execution
}

# States that took longer than a minute, and errors of states that were retried.
output "slow" {
  value = [for state in data.sfn_execution.it.states : state.name if state.seconds > 60]
}
output "flaky" {
  value = { for state in data.sfn_execution.it.states : state.name => state.error if state.retries > 0 }
}
