# A fragment for several state machines.
data "sfn_definition" "notify" {
  start_at = "Publish"

  task "Publish" {
    resource = "arn:aws:states:::sns:publish"
    parameters = {
      TopicArn    = "arn:aws:sns:eu-west-1:123456789012:orders"
      "Message.$" = "$.message"
    }
    timeout_seconds = 10
    end             = true
  }
}

resource "sfn_state_machine" "order" {
  name     = "order"
  start_at = "Tell"

  execution_role {}

  parallel "Tell" {
    branch {
      definition = data.sfn_definition.notify.json
    }
    branch {
      start_at = "Rest"
    }
    end = true
  }

  wait "Rest" {
    seconds = 5
    end     = true
  }
}
