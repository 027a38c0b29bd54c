variable "name" {
  description = "Name of the state machine, and the beginning of other names."
  type        = string
  default     = "saas-onboarding"
}

variable "topic_arn" {
  description = "ARN of the SNS topic that people are told by."
  type        = string
}

variable "table_name" {
  description = "Name of the DynamoDB table of events, whose key is `userId`."
  type        = string
}

variable "connection_arn" {
  description = "ARN of the EventBridge connection with the credentials of the payment service."
  type        = string
}
