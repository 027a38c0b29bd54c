# Plans the module without AWS, and runs the workflow.

provider "sfn" {
  offline = true
}

run "administrator_is_allowed" {
  command = plan

  assert {
    condition = provider::sfn::run(sfn_state_machine.this.asl, { user_id = "ada" }, {
      GetUser = { payload = { userId = "ada", role = "admin" } }
    }).path == tolist(["GetUser", "IsUserAdmin?", "AllowAccess"])
    error_message = "An administrator must be allowed."
  }

  assert {
    condition = contains(
      flatten(jsondecode(sfn_state_machine.this.policy_json).Statement[*].Resource),
      sfn_lambda_function.this["get_user"].arn,
    )
    error_message = "The role must be able to call the function."
  }
}

run "guest_is_denied" {
  command = plan

  assert {
    condition = provider::sfn::run(sfn_state_machine.this.asl, { user_id = "bob" }, {
      GetUser = { payload = { userId = "bob", role = "guest" } }
    }).error == "AccessDenied"
    error_message = "A guest must be denied."
  }
}
