terraform {
  required_version = ">= 1.5"

  required_providers {
    sfn = {
      source = "terraform-provider-sfn/sfn"
    }
  }
}

provider "sfn" {}
