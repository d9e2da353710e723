terraform {
  required_version = ">= 1.11"
  required_providers {
    # Exactly: what was checked is what is applied. Raise it on purpose.
    aws = { source = "hashicorp/aws", version = "6.25.0" }
  }
  # The rest is given at init (README): bucket and region are yours. The lock is an object beside the state.
  backend "s3" {
    key          = "shopfleet/staging.tfstate"
    encrypt      = true
    use_lockfile = true
  }
}

locals {
  tags = { Project = "shopfleet", Environment = "staging" }
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
  name                    = "shopfleet-staging"
  is_production           = false
  cidr                    = "10.20.0.0/16"
  zone                    = var.zone
  host                    = var.host
  files_bucket            = var.files_bucket
  administrator_role_arns = var.administrator_role_arns
  public_api_cidrs        = var.public_api_cidrs
  github                  = var.github_repository == null ? null : { repository = var.github_repository, environment = "staging" }
  alarm_mails             = var.alarm_mails
  staff_cidrs             = var.staff_cidrs
  monthly_budget_usd      = 700
  backup_days             = 3

  node_groups = {
    spot = { instance_types = ["m7g.large", "m6g.large", "c7g.xlarge"], min = 2, max = 4, capacity_type = "SPOT" }
  }
  databases = {
    shop = { class = "db.t4g.medium", storage_gb = 20 }
  }
  max_connections = 600
  # The event log is in PostgreSQL here: Kafka is three brokers by the hour, and the same tests run on both.
  kafka = null
}
