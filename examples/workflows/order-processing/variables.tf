variable "name" {
  description = "Name of the state machine, and what the names of its functions begin with."
  type        = string
  default     = "order-processing"
}

variable "topic_arn" {
  description = "ARN of the SNS topic that customers and staff are notified by."
  type        = string
}
