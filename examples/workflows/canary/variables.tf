variable "name" {
  description = "Name of the state machine, and prefix of other names."
  type        = string
  default     = "canary"
}

variable "comment" {
  description = "Human-readable comment. Changing it publishes a new version."
  type        = string
  default     = "first"
}

variable "stable_version" {
  description = "Number of the version that receives nine of ten executions."
  type        = number
  default     = null
}
