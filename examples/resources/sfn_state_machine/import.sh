terraform import sfn_state_machine.order arn:aws:states:eu-west-1:123456789012:stateMachine:order
