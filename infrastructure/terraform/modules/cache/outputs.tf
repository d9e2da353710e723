output "host" {
  value = aws_elasticache_replication_group.this.primary_endpoint_address
}

output "replication_group_id" {
  value = aws_elasticache_replication_group.this.id
}

output "token_secret_arn" {
  value = aws_secretsmanager_secret.token.arn
}
