# Plans the module without AWS, and runs the workflow.

provider "sfn" {
  offline = true
}

variables {
  topic_arn = "arn:aws:sns:us-east-1:000000000000:orders"
}

run "both_workflows_notify" {
  command = plan

  assert {
    condition = provider::sfn::run(sfn_state_machine.this.asl, { orderId = "o-1" }, {
      Publish = { return = { MessageId = "m-1" } }
    }).calls.Publish[0].Message == "order o-1 has come in"
    error_message = "The order must be announced."
  }

  assert {
    condition = provider::sfn::run(sfn_state_machine.returns.asl, { orderId = "o-1" }, {
      Publish = [{ throw = { error = "States.TaskFailed" } }, { return = { MessageId = "m-1" } }]
    }).calls.Publish[1].Message == "order o-1 comes back"
    error_message = "The return must be announced at the second attempt."
  }

  assert {
    condition     = sfn_state_machine.returns.policy_json == sfn_state_machine.this.policy_json
    error_message = "Both roles must have the permissions of the fragment."
  }
}

run "unreachable_topic_fails" {
  command = plan

  assert {
    condition = length(provider::sfn::run(sfn_state_machine.this.asl, { orderId = "o-1" }, {
      Publish = { throw = { error = "States.TaskFailed" } }
    }).calls.Publish) == 3
    error_message = "The message must be published three times."
  }
}
