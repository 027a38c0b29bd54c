resource "sfn_state_machine" "billing" {
  name     = "billing"
  start_at = "Bill"

  execution_role {}

  pass "Bill" {
    end = true
  }
}

variable "topic" {
  description = "ARN of the SNS topic for alarms."
  type        = string
  default     = "arn:aws:sns:eu-west-1:123456789012:alarms"
}

# Notifies about each failed execution.
resource "sfn_execution_alarm" "failed" {
  state_machine_arn = sfn_state_machine.billing.arn
  metric            = "failed"
  alarm_actions     = [var.topic]
}

# Notifies when the 99th percentile of the duration is at least ten minutes in three of five
# periods.
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

# Notifies before the account reaches the 1,000 open Map Runs that AWS allows.
resource "sfn_execution_alarm" "map_runs" {
  metric        = "open_map_runs"
  threshold     = 900
  alarm_actions = [var.topic]
}
