list "sfn_state_machine" "orders" {
  provider = sfn

  # With the objects themselves `terraform query -generate-config-out=orders.tf` writes their configuration.
  include_resource = true

  config {
    name_prefix = "orders-"
    tags        = { team = "orders" }
  }
}
