# Apache Kafka as Amazon runs it (MSK, KRaft): TLS on every wire, a user per service (SASL/SCRAM). Passwords are made while
# applying and go to Secrets Manager, which is where MSK wants them; they are never in the state.

terraform {
  required_version = ">= 1.11"
  required_providers {
    aws = { source = "hashicorp/aws", version = ">= 6.25" }
  }
}

# MSK refuses secrets that are encrypted with Amazon's own key.
resource "aws_kms_key" "this" {
  description             = "Kafka of ${var.name}"
  enable_key_rotation     = true
  deletion_window_in_days = 30
}

resource "aws_security_group" "this" {
  name        = "${var.name}-kafka"
  description = "Kafka of ${var.name}"
  vpc_id      = var.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "clients" {
  security_group_id            = aws_security_group.this.id
  description                  = "Pods, SASL/SCRAM over TLS"
  referenced_security_group_id = var.client_security_group_id
  ip_protocol                  = "tcp"
  from_port                    = 9096
  to_port                      = 9096
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/${var.name}/kafka"
  retention_in_days = 30
}

resource "aws_msk_configuration" "this" {
  name           = var.name
  kafka_versions = [var.kafka_version]
  # Two copies before an event counts as said, and none is led by a broker that does not have it: an event that was
  # acknowledged outlives a zone. Topics are made by the services, so that none is made by a typing error.
  server_properties = <<-EOT
    auto.create.topics.enable=false
    default.replication.factor=3
    min.insync.replicas=2
    unclean.leader.election.enable=false
    log.retention.hours=${var.retention_days * 24}
    message.max.bytes=2097152
    allow.everyone.if.no.acl.found=true
  EOT
  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_msk_cluster" "this" {
  cluster_name           = var.name
  kafka_version          = var.kafka_version
  number_of_broker_nodes = 3
  enhanced_monitoring    = "PER_TOPIC_PER_BROKER"

  broker_node_group_info {
    instance_type   = var.instance_type
    client_subnets  = var.subnet_ids
    security_groups = [aws_security_group.this.id]
    storage_info {
      ebs_storage_info {
        volume_size = var.storage_gb
      }
    }
  }
  configuration_info {
    arn      = aws_msk_configuration.this.arn
    revision = aws_msk_configuration.this.latest_revision
  }
  client_authentication {
    unauthenticated = false
    sasl {
      scram = true
    }
  }
  encryption_info {
    encryption_at_rest_kms_key_arn = aws_kms_key.this.arn
    encryption_in_transit {
      client_broker = "TLS"
      in_cluster    = true
    }
  }
  open_monitoring {
    prometheus {
      jmx_exporter {
        enabled_in_broker = false
      }
      node_exporter {
        enabled_in_broker = false
      }
    }
  }
  logging_info {
    broker_logs {
      cloudwatch_logs {
        enabled   = true
        log_group = aws_cloudwatch_log_group.this.name
      }
    }
  }
}

ephemeral "aws_secretsmanager_random_password" "user" {
  for_each            = var.users
  password_length     = 40
  exclude_punctuation = true
}

resource "aws_secretsmanager_secret" "user" {
  for_each    = var.users
  name        = "AmazonMSK_${var.name}_${each.key}"
  description = "Kafka user of the ${each.key} service"
  kms_key_id  = aws_kms_key.this.arn
}

resource "aws_secretsmanager_secret_version" "user" {
  for_each  = var.users
  secret_id = aws_secretsmanager_secret.user[each.key].id
  secret_string_wo = jsonencode({
    username = each.key
    password = ephemeral.aws_secretsmanager_random_password.user[each.key].random_password
  })
  # A higher number makes new passwords for all.
  secret_string_wo_version = var.password_version
}

resource "aws_msk_scram_secret_association" "this" {
  cluster_arn     = aws_msk_cluster.this.arn
  secret_arn_list = [for secret in aws_secretsmanager_secret.user : secret.arn]
  depends_on      = [aws_secretsmanager_secret_version.user]
}

resource "aws_secretsmanager_secret_policy" "user" {
  for_each   = var.users
  secret_arn = aws_secretsmanager_secret.user[each.key].arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "kafka.amazonaws.com" }
      Action    = "secretsmanager:GetSecretValue"
      Resource  = aws_secretsmanager_secret.user[each.key].arn
    }]
  })
}
