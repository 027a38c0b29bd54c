import {
  to = sfn_state_machine.order
  identity = {
    arn = "arn:aws:states:eu-west-1:123456789012:stateMachine:order"
  }
}
