# Plans the module without AWS, and runs the workflow.

provider "sfn" {
  offline = true
}

run "first_version_gets_all_executions" {
  command = plan

  assert {
    condition     = provider::sfn::run(sfn_state_machine.this.asl, {}, {}).output == { greeting = "hello" }
    error_message = "The workflow must greet."
  }

  assert {
    condition     = sfn_alias.live.routing_configuration[*].weight == tolist([100])
    error_message = "The alias must route all executions to the newest version."
  }

  assert {
    condition     = sfn_execution_alarm.failed.state_machine_arn == sfn_alias.live.arn
    error_message = "The alarm must watch the alias."
  }
}

run "new_version_gets_one_of_ten_executions" {
  command = plan

  variables {
    stable_version = 3
  }

  assert {
    condition     = sfn_alias.live.routing_configuration[*].weight == tolist([90, 10])
    error_message = "The stable version must receive nine of ten executions."
  }

  assert {
    condition     = endswith(sfn_alias.live.routing_configuration[0].state_machine_version_arn, ":3")
    error_message = "The stable version must be version 3."
  }
}
