# Plans the module without AWS, and runs the workflow.

provider "sfn" {
  offline = true
}

variables {
  connection_arn = "arn:aws:events:us-east-1:000000000000:connection/api/1"
}

run "api_is_busy_at_first" {
  command = plan

  assert {
    condition = provider::sfn::run(sfn_state_machine.this.asl, { order = 1 }, {
      Process = [
        { throw = { error = "States.Http.StatusCode.429" } },
        { throw = { error = "States.Http.StatusCode.503" } },
        { return = { StatusCode = 200, ResponseBody = { accepted = true } } },
      ]
    }).output == { answer = { accepted = true } }
    error_message = "The API must be called until it answers."
  }

  assert {
    condition     = strcontains(sfn_state_machine.this.policy_json, "states:InvokeHTTPEndpoint")
    error_message = "The role must be able to call the API."
  }
}

run "api_stays_busy" {
  command = plan

  assert {
    condition = length(provider::sfn::run(sfn_state_machine.this.asl, { order = 1 }, {
      Process = { throw = { error = "States.Http.StatusCode.503" } }
    }).calls.Process) == 5
    error_message = "The API must be called five times."
  }
}

run "api_refuses_order" {
  command = plan

  assert {
    condition = provider::sfn::run(sfn_state_machine.this.asl, { order = 1 }, {
      Process = { throw = { error = "States.Http.StatusCode.400", cause = "no such product" } }
    }).cause == "no such product"
    error_message = "The execution must fail with the cause of the API."
  }
}
