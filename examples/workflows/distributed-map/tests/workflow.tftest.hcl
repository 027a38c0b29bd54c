# Plans the module without AWS.

provider "sfn" {
  offline = true
}

# The function `run` reads no objects of S3. The cases of `distributed-map.sfntest.yaml` run the workflow.

variables {
  bucket = "orders"
}

run "rows_are_read_from_the_bucket" {
  command = plan

  assert {
    condition = jsondecode(sfn_state_machine.this.asl).States.EachRow.ItemReader.Parameters == {
      Bucket = "orders"
      Key    = "in/orders.csv"
    }
    error_message = "The rows must be read from the file of the bucket."
  }

  assert {
    condition = contains(
      jsondecode(sfn_state_machine.this.policy_json).Statement[*].Resource,
      "arn:aws:s3:::orders/in/orders.csv",
    )
    error_message = "The role must be able to read the file."
  }
}

run "other_bucket_is_written" {
  command = plan

  variables {
    bucket = "returns"
  }

  assert {
    condition = contains(
      jsondecode(sfn_state_machine.this.policy_json).Statement[*].Resource,
      "arn:aws:s3:::returns/out/*",
    )
    error_message = "The role must be able to write the results."
  }
}
