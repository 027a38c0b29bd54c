variable "name" {
  description = "Name of the state machine, and prefix of other names."
  type        = string
  default     = "customer-lookup"
}

variable "table_name" {
  description = "Name of the DynamoDB table of customers, with the key `customerId`."
  type        = string
}
