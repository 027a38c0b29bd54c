terraform {
  required_providers {
    sfn = {
      source = "terraform-provider-sfn/sfn"
    }
  }
}

variable "topic_arn" {
  description = "ARN of the SNS topic for notifications."
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
  description = "States for a branch or an item processor. The input must contain `text`."
  value       = data.sfn_definition.this.json
}
