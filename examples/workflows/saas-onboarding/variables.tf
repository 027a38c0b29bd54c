variable "name" {
  description = "Name of the state machine, and prefix of other names."
  type        = string
  default     = "saas-onboarding"
}

variable "topic_arn" {
  description = "ARN of the SNS topic for notifications."
  type        = string
}

variable "table_name" {
  description = "Name of the DynamoDB table of events, with the key `userId`."
  type        = string
}

variable "connection_arn" {
  description = "ARN of the EventBridge connection with the credentials of the payment service."
  type        = string
}
