terraform import sfn_alias.live arn:aws:states:eu-west-1:123456789012:stateMachine:orders:live
