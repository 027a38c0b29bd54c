# A function for each folder below functions/.
resource "sfn_lambda_function" "this" {
  for_each = toset([for file in fileset(path.module, "functions/*/main.py") : basename(dirname(file))])

  function_name = "${var.name}-${replace(each.key, "_", "-")}"
  source_dir    = "${path.module}/functions/${each.key}"
  handler       = "main.handler"
  runtime       = "python3.13"
  timeout       = 10

  execution_role {}
}
