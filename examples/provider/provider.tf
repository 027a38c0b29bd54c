terraform {
  required_providers {
    sfn = {
      source = "terraform-provider-sfn/sfn"
    }
  }
}

provider "sfn" {
  region = "eu-west-1"

  default_tags {
    tags = {
      team = "orders"
    }
  }
}
