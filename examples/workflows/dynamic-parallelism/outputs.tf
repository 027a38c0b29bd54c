output "state_machine_arn" {
  description = "ARN by which executions are started."
  value       = sfn_state_machine.this.arn
}
