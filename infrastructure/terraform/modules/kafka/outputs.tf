output "brokers" {
  description = "KAFKA_BROKERS"
  value       = aws_msk_cluster.this.bootstrap_brokers_sasl_scram
}

output "cluster_name" {
  value = aws_msk_cluster.this.cluster_name
}

output "user_secret_arns" {
  value = { for name, secret in aws_secretsmanager_secret.user : name => secret.arn }
}
