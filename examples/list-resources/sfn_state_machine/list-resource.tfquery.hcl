list "sfn_state_machine" "orders" {
  provider = sfn

  # Required to generate configuration with `terraform query -generate-config-out=orders.tf`.
  include_resource = true

  config {
    name_prefix = "orders-"
    tags        = { team = "orders" }
  }
}
