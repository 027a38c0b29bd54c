resource "sfn_lambda_function" "charge" {
  function_name = "charge"
  source_dir    = "${path.module}/functions/charge"
  handler       = "main.handler"
  runtime       = "python3.13"
  publish       = true

  execution_role {}
}

# Points to the newest version. Workflows that call this ARN use it automatically.
resource "sfn_lambda_alias" "live" {
  name             = "live"
  function_name    = sfn_lambda_function.charge.function_name
  function_version = sfn_lambda_function.charge.version
}

# Routes a tenth of the calls to a new version.
variable "tried" {
  description = "Version that receives a tenth of the calls."
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
