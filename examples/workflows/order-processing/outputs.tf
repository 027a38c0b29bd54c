output "state_machine_arn" {
  description = "ARN of the state machine."
  value       = sfn_state_machine.order.arn
}
