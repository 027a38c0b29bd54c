variable "name" {
  description = "Name of the state machine, and the beginning of other names."
  type        = string
  default     = "shared-fragment"
}

variable "topic_arn" {
  description = "ARN of the SNS topic that people are told by."
  type        = string
}
