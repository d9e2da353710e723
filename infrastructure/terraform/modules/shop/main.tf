# A whole environment: what staging and production have in common. They differ in the values they give it.

terraform {
  required_version = ">= 1.11"
  required_providers {
    aws = { source = "hashicorp/aws", version = ">= 6.25", configuration_aliases = [aws.elsewhere] }
  }
}

data "aws_region" "current" {}

locals {
  services = toset(["user", "product", "order", "cart", "inventory", "payment", "review", "notification", "analytics", "admin"])
  # The event log's is made even where Kafka is the log: so one can go back, and provisioning is the same everywhere.
  databases = setunion(local.services, ["bus"])
}

module "network" {
  source              = "../network"
  name                = var.name
  cidr                = var.cidr
  nat_per_zone        = var.is_production
  interface_endpoints = var.interface_endpoints
}

module "cluster" {
  source                  = "../cluster"
  name                    = var.name
  namespace               = var.namespace
  kubernetes_version      = var.kubernetes_version
  subnet_ids              = module.network.private_subnet_ids
  public_api_cidrs        = var.public_api_cidrs
  administrator_role_arns = var.administrator_role_arns
  deletion_protection     = var.is_production
  node_groups             = var.node_groups
  target_group_arns       = values(module.edge.target_group_arns)
  github                  = var.github
}

module "database" {
  source                   = "../database"
  providers                = { aws = aws, aws.elsewhere = aws.elsewhere }
  name                     = var.name
  vpc_id                   = module.network.vpc_id
  subnet_ids               = module.network.data_subnet_ids
  client_security_group_id = module.cluster.security_group_id
  engine_version           = var.postgresql_version
  services                 = local.databases
  instances                = { for name, instance in var.databases : name => merge(instance, { services = instance.services == null ? local.databases : instance.services }) }
  max_connections          = var.max_connections
  multi_az                 = var.is_production
  backup_days              = var.backup_days
  copy_backups             = var.is_production
  deletion_protection      = var.is_production
  password_version         = var.database_password_version
}

module "kafka" {
  source                   = "../kafka"
  count                    = var.kafka == null ? 0 : 1
  name                     = var.name
  vpc_id                   = module.network.vpc_id
  subnet_ids               = module.network.data_subnet_ids
  client_security_group_id = module.cluster.security_group_id
  kafka_version            = var.kafka.version
  instance_type            = var.kafka.instance_type
  storage_gb               = var.kafka.storage_gb
  retention_days           = var.event_retention_days
  users                    = setunion(local.services, ["gateway", "provision"])
  password_version         = var.kafka.password_version
}

module "cache" {
  source                   = "../cache"
  name                     = var.name
  vpc_id                   = module.network.vpc_id
  subnet_ids               = module.network.data_subnet_ids
  client_security_group_id = module.cluster.security_group_id
  engine_version           = "8.0"
  node_type                = var.cache_node_type
  nodes                    = var.is_production ? 2 : 1
  token_version            = var.cache_token_version
}

module "files" {
  source            = "../files"
  providers         = { aws = aws, aws.elsewhere = aws.elsewhere }
  name              = var.name
  bucket            = var.files_bucket
  services          = ["product", "review"]
  copy              = var.is_production
  keep_deleted_days = 30
  force_destroy     = !var.is_production
}

module "edge" {
  source                    = "../edge"
  name                      = var.name
  vpc_id                    = module.network.vpc_id
  subnet_ids                = module.network.public_subnet_ids
  cluster_security_group_id = module.cluster.security_group_id
  zone                      = var.zone
  host                      = var.host
  staff_cidrs               = var.staff_cidrs
  requests_per_5_minutes    = 3000
  sign_ins_per_5_minutes    = 600
  deletion_protection       = var.is_production
}

module "safety" {
  source               = "../safety"
  providers            = { aws = aws, aws.elsewhere = aws.elsewhere }
  name                 = var.name
  alarm_mails          = var.alarm_mails
  monthly_budget_usd   = var.monthly_budget_usd
  database_identifiers = module.database.identifiers
  database_arns        = module.database.arns
  max_connections      = var.max_connections
  kafka_cluster        = one(module.kafka[*].cluster_name)
  load_balancer        = module.edge.load_balancer
  lock_backups         = var.is_production
}
