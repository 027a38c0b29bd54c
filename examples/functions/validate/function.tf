variable "definition" {
  type    = string
  default = <<-JSON
    {
      "StartAt": "Greet",
      "States": {
        "Greet": { "Type": "Pass", "End": true }
      }
    }
  JSON

  validation {
    condition     = alltrue([for finding in provider::sfn::validate(var.definition) : finding.severity != "error"])
    error_message = join("\n", [for finding in provider::sfn::validate(var.definition) : "line ${finding.line}: ${finding.message} (${finding.code})"])
  }
}

output "lints" {
  value = [for finding in provider::sfn::validate(var.definition, "EXPRESS") : finding.message if finding.severity == "lint"]
}
