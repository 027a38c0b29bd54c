output "state_machine_arn" {
  description = "ARN to start executions with."
  value       = sfn_state_machine.this.arn
}
