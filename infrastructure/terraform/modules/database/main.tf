# PostgreSQL 18. `instances` says which services share a server: one for all to begin with, one each when they have outgrown it.
# Databases and roles inside are made by the shop's own provisioning, never here: a password in Terraform's state is one too many.

terraform {
  required_version = ">= 1.11"
  required_providers {
    aws = { source = "hashicorp/aws", version = ">= 6.25", configuration_aliases = [aws.elsewhere] }
  }
}

resource "aws_kms_key" "this" {
  description             = "Databases of ${var.name}"
  enable_key_rotation     = true
  deletion_window_in_days = 30
}

# Backups over there must not depend on a key over here.
resource "aws_kms_key" "elsewhere" {
  provider                = aws.elsewhere
  count                   = var.copy_backups ? 1 : 0
  description             = "Copies of backups of ${var.name}"
  enable_key_rotation     = true
  deletion_window_in_days = 30
}

resource "aws_db_subnet_group" "this" {
  name       = var.name
  subnet_ids = var.subnet_ids
}

resource "aws_security_group" "this" {
  name        = "${var.name}-database"
  description = "PostgreSQL of ${var.name}"
  vpc_id      = var.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "this" {
  security_group_id            = aws_security_group.this.id
  description                  = "Pods"
  referenced_security_group_id = var.client_security_group_id
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
}

resource "aws_db_parameter_group" "this" {
  name_prefix = "${var.name}-"
  family      = "postgres18"
  description = "What Shopfleet asks of a server of its own"

  parameter {
    name  = "rds.force_ssl"
    value = "1"
  }
  # An acknowledged order is on the disk: the services say themselves, per transaction, what need not wait for it.
  parameter {
    name  = "synchronous_commit"
    value = "on"
  }
  # A session the service forgot must not hold a row for ever. The services set shorter limits of their own.
  parameter {
    name  = "idle_in_transaction_session_timeout"
    value = "60000"
  }
  parameter {
    name  = "log_lock_waits"
    value = "1"
  }
  # Milliseconds. The text of a statement has no values in it: all are sent as parameters, which are not logged either.
  parameter {
    name  = "log_min_duration_statement"
    value = "1000"
  }
  parameter {
    name  = "log_parameter_max_length"
    value = "0"
  }
  parameter {
    name         = "max_connections"
    value        = tostring(var.max_connections)
    apply_method = "pending-reboot"
  }
  lifecycle {
    create_before_destroy = true
  }
}

ephemeral "aws_secretsmanager_random_password" "master" {
  for_each            = var.instances
  password_length     = 40
  exclude_punctuation = true
}

resource "aws_secretsmanager_secret" "master" {
  for_each    = var.instances
  name        = "${var.name}/postgres/${each.key}"
  description = "Master user of the database server ${each.key}, for provisioning alone"
  kms_key_id  = aws_kms_key.this.arn
}

resource "aws_secretsmanager_secret_version" "master" {
  for_each                 = var.instances
  secret_id                = aws_secretsmanager_secret.master[each.key].id
  secret_string_wo         = ephemeral.aws_secretsmanager_random_password.master[each.key].random_password
  secret_string_wo_version = var.password_version
}

# Read back instead of used as it was made: where an apply breaks off between the two, the next one makes another, which is
# nowhere written down.
ephemeral "aws_secretsmanager_secret_version" "master" {
  for_each  = var.instances
  secret_id = aws_secretsmanager_secret_version.master[each.key].secret_id
}

resource "aws_db_instance" "this" {
  for_each       = var.instances
  identifier     = "${var.name}-${each.key}"
  engine         = "postgres"
  engine_version = var.engine_version
  instance_class = each.value.class

  storage_type          = "gp3"
  allocated_storage     = each.value.storage_gb
  max_allocated_storage = each.value.storage_gb * 5
  storage_encrypted     = true
  kms_key_id            = aws_kms_key.this.arn

  # Not one that RDS changes by itself every week: provisioning runs with it before each upgrade and would be locked out.
  username            = "shopfleet_root"
  password_wo         = ephemeral.aws_secretsmanager_secret_version.master[each.key].secret_string
  password_wo_version = var.password_version
  ca_cert_identifier  = "rds-ca-rsa2048-g1"

  multi_az               = var.multi_az
  db_subnet_group_name   = aws_db_subnet_group.this.name
  vpc_security_group_ids = [aws_security_group.this.id]
  publicly_accessible    = false
  parameter_group_name   = aws_db_parameter_group.this.name

  backup_retention_period  = var.backup_days
  backup_window            = "02:00-03:00"
  maintenance_window       = "sun:03:30-sun:04:30"
  copy_tags_to_snapshot    = true
  delete_automated_backups = false

  deletion_protection       = var.deletion_protection
  skip_final_snapshot       = !var.deletion_protection
  final_snapshot_identifier = var.deletion_protection ? "${var.name}-${each.key}-final" : null

  auto_minor_version_upgrade      = true
  apply_immediately               = false
  performance_insights_enabled    = true
  performance_insights_kms_key_id = aws_kms_key.this.arn
  enabled_cloudwatch_logs_exports = ["postgresql", "upgrade"]
}

# Any time of the last days can be restored in the other region too, a few minutes behind.
resource "aws_db_instance_automated_backups_replication" "elsewhere" {
  provider               = aws.elsewhere
  for_each               = { for name, instance in aws_db_instance.this : name => instance.arn if var.copy_backups }
  source_db_instance_arn = each.value
  kms_key_id             = aws_kms_key.elsewhere[0].arn
  retention_period       = var.backup_days
}
