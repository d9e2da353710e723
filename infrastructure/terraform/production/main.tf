terraform {
  required_version = ">= 1.11"
  required_providers {
    # Exactly: what was checked is what is applied. Raise it on purpose.
    aws = { source = "hashicorp/aws", version = "6.25.0" }
  }
  # The rest is given at init (README): bucket and region are yours. The lock is an object beside the state.
  backend "s3" {
    key          = "shopfleet/production.tfstate"
    encrypt      = true
    use_lockfile = true
  }
}

locals {
  tags = { Project = "shopfleet", Environment = "production" }
}

provider "aws" {
  region = var.region
  default_tags {
    tags = local.tags
  }
}

# Where copies go, and where the shop would be built again.
provider "aws" {
  alias  = "elsewhere"
  region = var.region_elsewhere
  default_tags {
    tags = local.tags
  }
}

module "shop" {
  source                  = "../modules/shop"
  providers               = { aws = aws, aws.elsewhere = aws.elsewhere }
  name                    = "shopfleet-production"
  is_production           = true
  cidr                    = "10.30.0.0/16"
  zone                    = var.zone
  host                    = var.host
  files_bucket            = var.files_bucket
  administrator_role_arns = var.administrator_role_arns
  public_api_cidrs        = var.public_api_cidrs
  github                  = var.github_repository == null ? null : { repository = var.github_repository, environment = "production" }
  alarm_mails             = var.alarm_mails
  staff_cidrs             = var.staff_cidrs
  monthly_budget_usd      = 3000
  backup_days             = 14
  interface_endpoints     = ["sts", "kms", "secretsmanager", "eks-auth"]

  node_groups = {
    steady = { instance_types = ["m7g.xlarge"], min = 3, max = 9 }
  }
  # One for all to begin with. `services` on each entry shares the databases out among several.
  databases = {
    shop = { class = "db.m7g.xlarge", storage_gb = 200 }
  }
  # The chart's autoscalers come to 53 pods at most, with 18 connections each.
  max_connections = 1000
  kafka           = {}
  cache_node_type = "cache.t4g.small"
}
