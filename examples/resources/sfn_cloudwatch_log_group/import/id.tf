import {
  to = sfn_cloudwatch_log_group.workflows
  id = "/aws/vendedlogs/states/workflows"
}
