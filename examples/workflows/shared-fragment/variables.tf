variable "name" {
  description = "Name of the state machine, and prefix of other names."
  type        = string
  default     = "shared-fragment"
}

variable "topic_arn" {
  description = "ARN of the SNS topic for notifications."
  type        = string
}
