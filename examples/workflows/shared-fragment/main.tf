module "notify" {
  source    = "./modules/notify"
  topic_arn = var.topic_arn
}

resource "sfn_state_machine" "this" {
  name            = var.name
  start_at        = "Order"
  timeout_seconds = 60

  execution_role {}

  pass "Order" {
    parameters = { "text.$" = "States.Format('order {} has come in', $.orderId)" }
    next       = "Tell"
  }

  parallel "Tell" {
    branch {
      definition = module.notify.definition
    }
    end = true
  }
}

resource "sfn_state_machine" "returns" {
  name            = "${var.name}-returns"
  start_at        = "Return"
  timeout_seconds = 60

  execution_role {}

  pass "Return" {
    parameters = { "text.$" = "States.Format('order {} comes back', $.orderId)" }
    next       = "Tell"
  }

  parallel "Tell" {
    branch {
      definition = module.notify.definition
    }
    end = true
  }
}
