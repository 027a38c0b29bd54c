# Plans the module without AWS, and runs the workflow.

provider "sfn" {
  offline = true
}

run "each_number_is_squared" {
  command = plan

  assert {
    condition = provider::sfn::run(sfn_state_machine.this.asl, { items = [{ number = 2 }, { number = 3 }] }, {
      ProcessItem = {
        items = {
          0 = { payload = { done = true, square = 4 } }
          1 = { payload = { done = true, square = 9 } }
        }
      }
    }).output.results[*].square == [4, 9]
    error_message = "The results must be in the order of the items."
  }
}

run "failed_item_does_not_stop_others" {
  command = plan

  assert {
    condition = provider::sfn::run(sfn_state_machine.this.asl, { items = [{ number = -1 }, { number = 3 }] }, {
      ProcessItem = {
        items = {
          0 = { throw = { error = "ValueError", cause = "a number is not negative" } }
          1 = { payload = { done = true, square = 9 } }
        }
      }
    }).output.results[*].done == [false, true]
    error_message = "The second number must be squared although the first one fails."
  }
}

run "no_items" {
  command = plan

  assert {
    condition     = provider::sfn::run(sfn_state_machine.this.asl, { items = [] }, {}).status == "SUCCEEDED"
    error_message = "An empty list must be processed."
  }
}
