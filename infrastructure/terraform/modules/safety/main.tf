# What is asked for when something went wrong: backups nobody can delete in a hurry, alarms, and a budget.

terraform {
  required_version = ">= 1.11"
  required_providers {
    aws = { source = "hashicorp/aws", version = ">= 6.25", configuration_aliases = [aws.elsewhere] }
  }
}

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}

resource "aws_sns_topic" "alarms" {
  name              = "${var.name}-alarms"
  kms_master_key_id = aws_kms_key.alarms.id
}

# Alarms cannot speak through a topic that has Amazon's own key.
resource "aws_kms_key" "alarms" {
  description             = "Alarms of ${var.name}"
  enable_key_rotation     = true
  deletion_window_in_days = 30
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { AWS = "arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:root" }
        Action    = "kms:*"
        Resource  = "*"
      },
      {
        Effect    = "Allow"
        Principal = { Service = "cloudwatch.amazonaws.com" }
        Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
        Resource  = "*"
      },
    ]
  })
}

resource "aws_sns_topic_subscription" "mail" {
  for_each  = var.alarm_mails
  topic_arn = aws_sns_topic.alarms.arn
  protocol  = "email"
  endpoint  = each.value
}

locals {
  databases = merge([for id in var.database_identifiers : {
    "${id}-disk"        = { of = id, metric = "FreeStorageSpace", statistic = "Minimum", below = true, threshold = 5 * 1024 * 1024 * 1024 }
    "${id}-cpu"         = { of = id, metric = "CPUUtilization", statistic = "Average", below = false, threshold = 85 }
    "${id}-connections" = { of = id, metric = "DatabaseConnections", statistic = "Maximum", below = false, threshold = floor(var.max_connections * 0.85) }
  }]...)
}

resource "aws_cloudwatch_metric_alarm" "database" {
  for_each            = local.databases
  alarm_name          = each.key
  namespace           = "AWS/RDS"
  metric_name         = each.value.metric
  dimensions          = { DBInstanceIdentifier = each.value.of }
  statistic           = each.value.statistic
  comparison_operator = each.value.below ? "LessThanThreshold" : "GreaterThanThreshold"
  threshold           = each.value.threshold
  period              = 300
  evaluation_periods  = 2
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]
}

resource "aws_cloudwatch_metric_alarm" "kafka" {
  for_each = var.kafka_cluster == null ? {} : merge([for broker in ["1", "2", "3"] : {
    "in-sync-${broker}" = { broker = broker, metric = "UnderMinIsrPartitionCount", threshold = 0 }
    "disk-${broker}"    = { broker = broker, metric = "KafkaDataLogsDiskUsed", threshold = 80 }
  }]...)
  alarm_name          = "${var.name}-kafka-${each.key}"
  namespace           = "AWS/Kafka"
  metric_name         = each.value.metric
  dimensions          = { "Cluster Name" = var.kafka_cluster, "Broker ID" = each.value.broker }
  statistic           = "Maximum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.threshold
  period              = 300
  evaluation_periods  = 2
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]
}

# The shop answers itself even where it refuses; what the load balancer has to answer for it means that nobody is there.
resource "aws_cloudwatch_metric_alarm" "edge" {
  for_each            = { HTTPCode_ELB_5XX_Count = 25, HTTPCode_Target_5XX_Count = 100 }
  alarm_name          = "${var.name}-edge-${each.key}"
  namespace           = "AWS/ApplicationELB"
  metric_name         = each.key
  dimensions          = { LoadBalancer = var.load_balancer }
  statistic           = "Sum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value
  period              = 300
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]
}

resource "aws_budgets_budget" "month" {
  count        = length(var.alarm_mails) > 0 ? 1 : 0
  name         = var.name
  budget_type  = "COST"
  time_unit    = "MONTHLY"
  limit_unit   = "USD"
  limit_amount = tostring(var.monthly_budget_usd)
  dynamic "notification" {
    for_each = { ACTUAL = 80, FORECASTED = 100 }
    content {
      notification_type          = notification.key
      threshold                  = notification.value
      threshold_type             = "PERCENTAGE"
      comparison_operator        = "GREATER_THAN"
      subscriber_email_addresses = var.alarm_mails
    }
  }
}

# Beside RDS's own backups, which go with a server that is deleted by somebody who may: a copy a day under a lock, here and in the
# other region.

resource "aws_backup_vault" "this" {
  count         = var.lock_backups ? 1 : 0
  name          = var.name
  force_destroy = false
}

resource "aws_backup_vault" "elsewhere" {
  provider      = aws.elsewhere
  count         = var.lock_backups ? 1 : 0
  name          = var.name
  force_destroy = false
}

# Governance, not compliance: who may change the lock may shorten it. With changeable_for_days nobody could, not even the owner.
resource "aws_backup_vault_lock_configuration" "this" {
  count              = var.lock_backups ? 1 : 0
  backup_vault_name  = aws_backup_vault.this[0].name
  min_retention_days = 7
}

resource "aws_backup_vault_lock_configuration" "elsewhere" {
  provider           = aws.elsewhere
  count              = var.lock_backups ? 1 : 0
  backup_vault_name  = aws_backup_vault.elsewhere[0].name
  min_retention_days = 7
}

resource "aws_iam_role" "backup" {
  count = var.lock_backups ? 1 : 0
  name  = "${var.name}-backup"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "backup.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy_attachment" "backup" {
  count      = var.lock_backups ? 1 : 0
  role       = aws_iam_role.backup[0].name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup"
}

resource "aws_backup_plan" "daily" {
  count = var.lock_backups ? 1 : 0
  name  = var.name
  rule {
    rule_name         = "daily"
    target_vault_name = aws_backup_vault.this[0].name
    schedule          = "cron(0 4 * * ? *)"
    lifecycle {
      delete_after = 35
    }
    copy_action {
      destination_vault_arn = aws_backup_vault.elsewhere[0].arn
      lifecycle {
        delete_after = 35
      }
    }
  }
}

resource "aws_backup_selection" "databases" {
  count        = var.lock_backups ? 1 : 0
  name         = "databases"
  plan_id      = aws_backup_plan.daily[0].id
  iam_role_arn = aws_iam_role.backup[0].arn
  resources    = var.database_arns
}
