variable "name" {
  description = "Name of the state machine, and prefix of other names."
  type        = string
  default     = "create-order"
}
