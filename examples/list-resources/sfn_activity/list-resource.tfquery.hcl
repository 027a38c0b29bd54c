list "sfn_activity" "all" {
  provider = sfn
}
