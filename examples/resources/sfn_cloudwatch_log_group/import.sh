terraform import sfn_cloudwatch_log_group.workflows /aws/vendedlogs/states/workflows
