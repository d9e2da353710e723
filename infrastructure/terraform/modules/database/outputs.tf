output "hosts" {
  description = "Host of each service's database"
  value       = merge([for name, instance in var.instances : { for service in instance.services : service => aws_db_instance.this[name].address }]...)
}

output "identifiers" {
  value = [for instance in aws_db_instance.this : instance.identifier]
}

output "arns" {
  value = [for instance in aws_db_instance.this : instance.arn]
}

output "master_secret_arns" {
  description = "Where the password of each server's master user is"
  value       = { for name, secret in aws_secretsmanager_secret.master : name => secret.arn }
}
