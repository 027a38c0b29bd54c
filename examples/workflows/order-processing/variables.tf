variable "name" {
  description = "Name of the state machine, and prefix of the names of its functions."
  type        = string
  default     = "order-processing"
}

variable "topic_arn" {
  description = "ARN of the SNS topic for notifications of customers and staff."
  type        = string
}
