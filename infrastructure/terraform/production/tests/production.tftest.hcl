# Nothing is asked of AWS: a plan with values made up, and what must be true of it.

mock_provider "aws" {
  mock_data "aws_availability_zones" {
    defaults = { names = ["eu-central-1a", "eu-central-1b", "eu-central-1c"] }
  }
  mock_data "aws_region" {
    defaults = { region = "eu-central-1" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  # One record proves the name and its wildcard.
  mock_resource "aws_acm_certificate" {
    defaults = {
      domain_validation_options = [{
        domain_name           = "shop.example"
        resource_record_name  = "_proof.shop.example"
        resource_record_type  = "CNAME"
        resource_record_value = "_proof.acm-validations.aws"
      }]
    }
  }
}

mock_provider "aws" {
  alias = "elsewhere"
}

variables {
  zone                    = "shop.example"
  host                    = "shop.example"
  files_bucket            = "shopfleet-example-files"
  administrator_role_arns = ["arn:aws:iam::123456789012:role/administrator"]
  alarm_mails             = ["ops@shop.example"]
}

run "production_knows_where_everything_is" {
  command = plan
  assert {
    condition     = length(output.secrets.database_hosts) == 11 && length(output.secrets.kafka_users) == 11
    error_message = "Ten services and the event log have a database; ten services and the gateway a user of Kafka."
  }
}

run "copies_do_not_stay_in_the_region" {
  command = plan
  variables {
    region_elsewhere = "eu-central-1"
  }
  expect_failures = [var.region_elsewhere]
}
