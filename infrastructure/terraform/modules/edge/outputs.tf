output "hosts" {
  value = { for name, door in local.doors : name => door.host }
}

output "ports" {
  value = { for name, door in local.doors : name => door.port }
}

output "target_group_arns" {
  value = { for name, group in aws_lb_target_group.this : name => group.arn }
}

output "load_balancer" {
  description = "As CloudWatch names it"
  value       = aws_lb.this.arn_suffix
}
