variable "name" {
  description = "Name of the state machine, and the beginning of other names."
  type        = string
  default     = "callback"
}
