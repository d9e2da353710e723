# Valkey: rate limits the gateways share. Nothing in it is missed when it is gone, so it has no backups.

terraform {
  required_version = ">= 1.11"
  required_providers {
    aws = { source = "hashicorp/aws", version = ">= 6.25" }
  }
}

resource "aws_kms_key" "this" {
  description             = "Valkey of ${var.name}"
  enable_key_rotation     = true
  deletion_window_in_days = 30
}

resource "aws_elasticache_subnet_group" "this" {
  name       = var.name
  subnet_ids = var.subnet_ids
}

resource "aws_security_group" "this" {
  name        = "${var.name}-cache"
  description = "Valkey of ${var.name}"
  vpc_id      = var.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "this" {
  security_group_id            = aws_security_group.this.id
  description                  = "Pods"
  referenced_security_group_id = var.client_security_group_id
  ip_protocol                  = "tcp"
  from_port                    = 6379
  to_port                      = 6379
}

resource "aws_elasticache_replication_group" "this" {
  replication_group_id       = var.name
  description                = "Rate limits of ${var.name}"
  engine                     = "valkey"
  engine_version             = var.engine_version
  node_type                  = var.node_type
  num_cache_clusters         = var.nodes
  automatic_failover_enabled = var.nodes > 1
  multi_az_enabled           = var.nodes > 1
  subnet_group_name          = aws_elasticache_subnet_group.this.name
  security_group_ids         = [aws_security_group.this.id]
  at_rest_encryption_enabled = true
  kms_key_id                 = aws_kms_key.this.arn
  transit_encryption_enabled = true
  transit_encryption_mode    = "required"
  auto_minor_version_upgrade = true
  maintenance_window         = "sun:03:30-sun:04:30"

  # Set once after the first apply (README): the provider has no way to pass it that does not write it into the state.
  lifecycle {
    ignore_changes = [auth_token, auth_token_update_strategy]
  }
}

ephemeral "aws_secretsmanager_random_password" "token" {
  password_length     = 40
  exclude_punctuation = true
}

resource "aws_secretsmanager_secret" "token" {
  name        = "${var.name}/valkey"
  description = "AUTH token of Valkey, for the gateway"
  kms_key_id  = aws_kms_key.this.arn
}

resource "aws_secretsmanager_secret_version" "token" {
  secret_id                = aws_secretsmanager_secret.token.id
  secret_string_wo         = ephemeral.aws_secretsmanager_random_password.token.random_password
  secret_string_wo_version = var.token_version
}
