import {
  to = sfn_cloudwatch_log_group.workflows
  identity = {
    name = "/aws/vendedlogs/states/workflows"
  }
}
