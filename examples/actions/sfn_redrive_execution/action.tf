variable "execution" {
  description = "ARN of an execution that failed."
  type        = string
  default     = "arn:aws:states:eu-west-1:123456789012:execution:orders:4711"
}

# terraform apply -invoke=action.sfn_redrive_execution.failed -var execution=ARN
action "sfn_redrive_execution" "failed" {
  config {
    execution_arn = var.execution
  }
}
