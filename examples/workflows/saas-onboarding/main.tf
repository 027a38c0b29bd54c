resource "sfn_state_machine" "this" {
  name            = var.name
  comment         = "SaaS customer onboarding workflow"
  start_at        = "ValidateSignup"
  timeout_seconds = 600

  execution_role {}

  task "ValidateSignup" {
    lambda {
      function_arn = sfn_lambda_function.this["validate_signup"].arn
    }
    timeout_seconds = 15
    retry {
      error_equals     = ["ServiceUnavailable"]
      interval_seconds = 1
      max_attempts     = 2
      backoff_rate     = 2
    }
    catch {
      error_equals = ["ValidationError"]
      result_path  = "$.error"
      next         = "NotifyInvalidSignup"
    }
    next = "CreateAccountsInParallel"
  }

  # The results are added to the signup, which is needed later for the email.
  parallel "CreateAccountsInParallel" {
    branch {
      start_at = "CreateDatabaseAccount"
    }
    branch {
      start_at = "CreateAPIKey"
    }
    branch {
      start_at = "CreatePaymentCustomer"
    }
    result_path = "$.accounts"
    next        = "AggregateResults"
  }

  task "CreateDatabaseAccount" {
    lambda {
      function_arn = sfn_lambda_function.this["create_database_account"].arn
    }
    timeout_seconds = 15
    end             = true
  }

  task "CreateAPIKey" {
    lambda {
      function_arn = sfn_lambda_function.this["generate_api_key"].arn
    }
    timeout_seconds = 15
    end             = true
  }

  task "CreatePaymentCustomer" {
    resource = "arn:aws:states:::http:invoke"
    parameters = {
      ApiEndpoint    = "https://api.stripe.com/v1/customers"
      Method         = "POST"
      Authentication = { ConnectionArn = var.connection_arn }
      RequestBody    = { "email.$" = "$.email" }
    }
    result_selector = { "customerId.$" = "$.ResponseBody.id" }
    timeout_seconds = 30
    end             = true
  }

  pass "AggregateResults" {
    parameters = {
      "userId.$"            = "$.accounts[0].userId"
      "databaseId.$"        = "$.accounts[0].databaseId"
      "apiKey.$"            = "$.accounts[1].apiKey"
      "paymentCustomerId.$" = "$.accounts[2].customerId"
      "email.$"             = "$.email"
    }
    next = "SendWelcomeEmail"
  }

  task "SendWelcomeEmail" {
    lambda {
      function_arn = sfn_lambda_function.this["send_welcome_email"].arn
      payload = {
        "userId.$" = "$.userId"
        "email.$"  = "$.email"
        "apiKey.$" = "$.apiKey"
      }
    }
    timeout_seconds = 15
    result_path     = "$.mail"
    next            = "LogOnboardingComplete"
  }

  task "LogOnboardingComplete" {
    resource = "arn:aws:states:::dynamodb:putItem"
    parameters = {
      TableName = var.table_name
      Item = {
        userId    = { "S.$" = "$.userId" }
        event     = { S = "onboarding_complete" }
        timestamp = { "S.$" = "$$.State.EnteredTime" }
        metadata  = { "S.$" = "$.paymentCustomerId" }
      }
    }
    timeout_seconds = 15
    end             = true
  }

  task "NotifyInvalidSignup" {
    resource = "arn:aws:states:::sns:publish"
    parameters = {
      TopicArn    = var.topic_arn
      "Message.$" = "States.Format('The signup of {} is not valid', $.email)"
    }
    timeout_seconds = 15
    end             = true
  }
}
