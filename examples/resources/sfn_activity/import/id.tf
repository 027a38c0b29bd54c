import {
  to = sfn_activity.pack
  id = "arn:aws:states:eu-west-1:123456789012:activity:pack"
}
