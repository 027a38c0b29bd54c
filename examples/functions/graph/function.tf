data "sfn_definition" "order" {
  start_at = "Check"

  choice "Check" {
    rule {
      variable             = "$.total"
      numeric_greater_than = 100
      next                 = "Ask"
    }
    default = "Done"
  }

  wait "Ask" {
    seconds = 60
    next    = "Done"
  }

  succeed "Done" {}
}

# GitHub renders Mermaid blocks in Markdown as diagrams. The definition is sensitive, because it
# contains all values of the workflow.
output "diagram" {
  value = provider::sfn::graph(nonsensitive(data.sfn_definition.order.json), "mermaid")
}
