terraform import sfn_lambda_alias.live charge/live
