terraform {
  required_providers {
    sfn = {
      source = "terraform-provider-sfn/sfn"
    }
  }
}

variable "topic_arn" {
  description = "ARN of the SNS topic that people are told by."
  type        = string
}

data "sfn_definition" "this" {
  start_at = "Publish"

  task "Publish" {
    resource = "arn:aws:states:::sns:publish"
    parameters = {
      TopicArn    = var.topic_arn
      "Message.$" = "$.text"
    }
    timeout_seconds = 15
    retry {
      error_equals = ["States.TaskFailed"]
      max_attempts = 2
    }
    end = true
  }
}

output "definition" {
  description = "The states, for a branch or an item processor. Their input has `text`."
  value       = data.sfn_definition.this.json
}
