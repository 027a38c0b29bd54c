# Plans the module without AWS, and runs the workflow.

provider "sfn" {
  offline = true
}

run "job_is_done_at_third_look" {
  command = plan

  assert {
    condition = length(provider::sfn::run(sfn_state_machine.this.asl, {}, {
      SubmitJob = { payload = { jobId = "j-1" } }
      CheckJobStatus = [
        { payload = { jobStatus = "running" } },
        { payload = { jobStatus = "running" } },
        { payload = { jobStatus = "completed" } },
      ]
    }).calls.CheckJobStatus) == 3
    error_message = "The status must be read until the job is done."
  }
}

run "failed_job_fails" {
  command = plan

  assert {
    condition = provider::sfn::run(sfn_state_machine.this.asl, {}, {
      SubmitJob      = { payload = { jobId = "j-1" } }
      CheckJobStatus = { payload = { jobStatus = "failed" } }
    }).error == "JobFailed"
    error_message = "The execution must fail when the job fails."
  }
}

run "endless_job_times_out" {
  command = plan

  assert {
    condition = provider::sfn::run(sfn_state_machine.this.asl, {}, {
      SubmitJob      = { payload = { jobId = "j-1" } }
      CheckJobStatus = { payload = { jobStatus = "running" } }
    }).status == "TIMED_OUT"
    error_message = "The execution must end after an hour."
  }
}
