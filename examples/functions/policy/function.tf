locals {
  definition = jsonencode({
    StartAt = "Tell"
    States = {
      Tell = {
        Type     = "Task"
        Resource = "arn:aws:states:::sns:publish"
        Parameters = {
          TopicArn    = "arn:aws:sns:eu-west-1:123456789012:orders"
          "Message.$" = "$.message"
        }
        End = true
      }
    }
  })
}

# The policy for a role that is created elsewhere.
output "policy" {
  value = provider::sfn::policy(local.definition)
}
