import {
  to = sfn_execution_alarm.failed
  id = "billing-failed"
}
