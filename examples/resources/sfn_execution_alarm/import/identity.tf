import {
  to = sfn_execution_alarm.failed
  identity = {
    name = "billing-failed"
  }
}
