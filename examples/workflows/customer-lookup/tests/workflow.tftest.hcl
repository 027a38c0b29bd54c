# Plans the module without AWS, and runs the workflow.

provider "sfn" {
  offline = true
}

variables {
  table_name = "customers"
}

run "known_customer_is_returned" {
  command = plan

  assert {
    condition = provider::sfn::run(sfn_state_machine.this.asl, { customerId = "c-1" }, {
      GetCustomer = { return = { Item = { customerId = { S = "c-1" }, name = { S = "ada" } } } }
    }).output == { name = "ada" }
    error_message = "The output must be the name of the customer."
  }

  assert {
    condition     = strcontains(sfn_state_machine.this.policy_json, ":table/customers")
    error_message = "The role must be able to read the table."
  }
}

run "unknown_customer_fails" {
  command = plan

  assert {
    condition = provider::sfn::run(sfn_state_machine.this.asl, { customerId = "c-2" }, {
      GetCustomer = { return = {} }
    }).error == "UnknownCustomer"
    error_message = "The execution must fail without a customer."
  }
}
