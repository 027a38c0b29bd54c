variable "name" {
  description = "Name of the state machine, and the beginning of other names."
  type        = string
  default     = "canary"
}

variable "comment" {
  description = "A text for people; another one is another version."
  type        = string
  default     = "first"
}

variable "stable_version" {
  description = "Number of the version that nine of ten executions get."
  type        = number
  default     = null
}
