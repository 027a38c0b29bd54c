variable "name" {
  description = "Name of the state machine, and prefix of other names."
  type        = string
  default     = "payment-with-fallbacks"
}
