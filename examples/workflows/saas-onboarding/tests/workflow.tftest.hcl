# Plans the module without AWS, and runs the workflow.

provider "sfn" {
  offline = true
}

variables {
  topic_arn      = "arn:aws:sns:us-east-1:000000000000:signups"
  table_name     = "events"
  connection_arn = "arn:aws:events:us-east-1:000000000000:connection/payments/1"
}

run "customer_signs_up" {
  command = plan

  assert {
    condition = provider::sfn::run(sfn_state_machine.this.asl, { email = "ada@example.com" }, {
      ValidateSignup        = { payload = { email = "ada@example.com" } }
      CreateDatabaseAccount = { payload = { userId = "u-1", databaseId = "d-1" } }
      CreateAPIKey          = { payload = { apiKey = "k-1" } }
      CreatePaymentCustomer = { return = { StatusCode = 200, ResponseBody = { id = "cus-1" } } }
      SendWelcomeEmail      = { payload = { sent = true } }
      LogOnboardingComplete = { return = {} }
    }).calls.LogOnboardingComplete[0].Item.metadata.S == "cus-1"
    error_message = "The payment customer must be logged."
  }

  assert {
    condition     = strcontains(sfn_state_machine.this.policy_json, ":table/events")
    error_message = "The role must be able to write to the table."
  }
}

run "signup_without_email_address_is_reported" {
  command = plan

  assert {
    condition = provider::sfn::run(sfn_state_machine.this.asl, { email = "ada" }, {
      ValidateSignup      = { throw = { error = "ValidationError", cause = "there is no email address" } }
      NotifyInvalidSignup = { return = { MessageId = "m-1" } }
    }).calls.NotifyInvalidSignup[0].Message == "The signup of ada is not valid"
    error_message = "The invalid signup must be reported."
  }
}

run "refused_payment_customer_fails" {
  command = plan

  assert {
    condition = provider::sfn::run(sfn_state_machine.this.asl, { email = "ada@example.com" }, {
      ValidateSignup        = { payload = { email = "ada@example.com" } }
      CreateDatabaseAccount = { payload = { userId = "u-1", databaseId = "d-1" } }
      CreateAPIKey          = { payload = { apiKey = "k-1" } }
      CreatePaymentCustomer = { throw = { error = "States.Http.StatusCode.402" } }
    }).error == "States.Http.StatusCode.402"
    error_message = "The signup must fail when the payment service refuses the customer."
  }
}
