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

run "staging_is_small_and_can_be_thrown_away" {
  command = plan
  assert {
    condition     = yamldecode(output.helm_values).kafka.brokers == ""
    error_message = "The event log is in PostgreSQL here."
  }
  assert {
    condition     = keys(output.secrets.kafka_users) == []
    error_message = "There is no Kafka, and so nobody has a user of it."
  }
}
