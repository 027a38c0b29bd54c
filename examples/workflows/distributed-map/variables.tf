variable "name" {
  description = "Name of the state machine, and prefix of other names."
  type        = string
  default     = "distributed-map"
}

variable "bucket" {
  description = "Name of the S3 bucket with `in/orders.csv`."
  type        = string
}
