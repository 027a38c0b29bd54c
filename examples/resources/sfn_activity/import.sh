terraform import sfn_activity.pack arn:aws:states:eu-west-1:123456789012:activity:pack
