variable "name" {
  description = "Name of the state machine, and the beginning of other names."
  type        = string
  default     = "customer-lookup"
}

variable "table_name" {
  description = "Name of the DynamoDB table of customers, whose key is `customerId`."
  type        = string
}
