import {
  to = sfn_alias.live
  id = "arn:aws:states:eu-west-1:123456789012:stateMachine:orders:live"
}
