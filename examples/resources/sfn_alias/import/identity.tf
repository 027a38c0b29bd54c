import {
  to = sfn_alias.live
  identity = {
    arn = "arn:aws:states:eu-west-1:123456789012:stateMachine:orders:live"
  }
}
