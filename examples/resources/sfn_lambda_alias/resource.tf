resource "sfn_lambda_function" "charge" {
  function_name = "charge"
  source_dir    = "${path.module}/functions/charge"
  handler       = "main.handler"
  runtime       = "python3.13"
  publish       = true

  execution_role {}
}

# The newest version gets all calls; a workflow that names this ARN follows it.
resource "sfn_lambda_alias" "live" {
  name             = "live"
  function_name    = sfn_lambda_function.charge.function_name
  function_version = sfn_lambda_function.charge.version
}

# While a new version is tried, most calls stay with the version that is known to work.
variable "tried" {
  description = "A version that gets a tenth of the calls."
  type        = string
  default     = null
}

resource "sfn_lambda_alias" "stable" {
  name             = "stable"
  function_name    = sfn_lambda_function.charge.function_name
  function_version = "1"

  routing_config {
    additional_version_weights = var.tried == null ? {} : { (var.tried) = 0.1 }
  }
}
