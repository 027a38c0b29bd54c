resource "sfn_state_machine" "billing" {
  name     = "billing"
  start_at = "Bill"

  execution_role {}

  pass "Bill" {
    end = true
  }
}

variable "topic" {
  description = "ARN of the SNS topic that the people on duty read."
  type        = string
  default     = "arn:aws:sns:eu-west-1:123456789012:alarms"
}

# Each failed execution is told.
resource "sfn_execution_alarm" "failed" {
  state_machine_arn = sfn_state_machine.billing.arn
  metric            = "failed"
  alarm_actions     = [var.topic]
}

# Told when 99 of 100 executions take up to ten minutes or more, three times in five periods.
resource "sfn_execution_alarm" "slow" {
  state_machine_arn   = sfn_state_machine.billing.arn
  metric              = "duration"
  statistic           = "p99"
  threshold           = 600
  period              = 300
  evaluation_periods  = 5
  datapoints_to_alarm = 3
  alarm_actions       = [var.topic]
  ok_actions          = [var.topic]
}
