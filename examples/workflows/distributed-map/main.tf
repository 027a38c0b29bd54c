resource "sfn_state_machine" "this" {
  name            = var.name
  start_at        = "EachRow"
  timeout_seconds = 3600

  execution_role {}

  map "EachRow" {
    item_reader {
      resource = "arn:aws:states:::s3:getObject"
      reader_config {
        input_type          = "CSV"
        csv_header_location = "FIRST_ROW"
      }
      parameters = {
        Bucket = var.bucket
        Key    = "in/orders.csv"
      }
    }
    item_processor {
      start_at = "HandleRow"
      processor_config {
        mode           = "DISTRIBUTED"
        execution_type = "STANDARD"
      }
    }
    max_concurrency              = 100
    tolerated_failure_percentage = 5
    result_writer {
      resource = "arn:aws:states:::s3:putObject"
      parameters = {
        Bucket = var.bucket
        Prefix = "out"
      }
    }
    end = true
  }

  task "HandleRow" {
    lambda {
      function_arn = sfn_lambda_function.this["handle_row"].arn
    }
    timeout_seconds = 15
    end             = true
  }
}
