resource "sfn_state_machine" "this" {
  name            = var.name
  start_at        = "GetUser"
  timeout_seconds = 60

  execution_role {}

  task "GetUser" {
    lambda {
      function_arn = sfn_lambda_function.this["get_user"].arn
      payload      = { "userId.$" = "$.user_id" }
    }
    timeout_seconds = 15
    result_path     = "$.user"
    next            = "IsUserAdmin?"
  }

  choice "IsUserAdmin?" {
    rule {
      variable      = "$.user.role"
      string_equals = "admin"
      next          = "AllowAccess"
    }
    default = "DenyAccess"
  }

  succeed "AllowAccess" {}

  fail "DenyAccess" {
    error = "AccessDenied"
    cause = "only administrators may do this"
  }
}
