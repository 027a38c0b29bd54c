variable "name" {
  description = "Name of the state machine, and prefix of other names."
  type        = string
  default     = "third-party-api"
}

variable "connection_arn" {
  description = "ARN of the EventBridge connection with the credentials of the API."
  type        = string
}
