data "sfn_activity" "pack" {
  name = "pack"
}

output "worker_takes_from" {
  value = data.sfn_activity.pack.arn
}
