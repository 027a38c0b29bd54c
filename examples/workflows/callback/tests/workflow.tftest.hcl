# Plans the module without AWS, and runs the workflow.

provider "sfn" {
  offline = true
}

run "result_is_processed" {
  command = plan

  assert {
    condition = provider::sfn::run(sfn_state_machine.this.asl, { job = "render" }, {
      StartJob = { after = "5m", return = { frames = 240 } }
    }).output == { frames = 240 }
    error_message = "The result of the external system must be the output."
  }

  assert {
    condition     = sfn_state_machine.this.task["StartJob"].lambda.wait_for_task_token
    error_message = "The workflow must wait for the external system."
  }
}

run "refused_job_fails" {
  command = plan

  assert {
    condition = provider::sfn::run(sfn_state_machine.this.asl, { job = "render" }, {
      StartJob = { throw = { error = "NoSuchJob", cause = "render is unknown" } }
    }).error == "NoSuchJob"
    error_message = "The execution must fail with the error of the external system."
  }

  assert {
    condition = provider::sfn::run(sfn_state_machine.this.asl, { job = "render" }, {
      StartJob = { never = true }
    }).error == "States.Timeout"
    error_message = "The execution must fail when the external system is silent."
  }
}
