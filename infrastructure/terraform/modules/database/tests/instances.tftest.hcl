mock_provider "aws" {}
mock_provider "aws" {
  alias = "elsewhere"
}

variables {
  name                     = "shopfleet-test"
  vpc_id                   = "vpc-1"
  subnet_ids               = ["subnet-1", "subnet-2"]
  client_security_group_id = "sg-1"
  engine_version           = "18"
  services                 = ["order", "payment", "bus"]
  instances = {
    sale = { class = "db.t4g.medium", storage_gb = 20, services = ["order", "payment"] }
    log  = { class = "db.t4g.medium", storage_gb = 20, services = ["bus"] }
  }
  max_connections     = 300
  multi_az            = true
  backup_days         = 7
  copy_backups        = true
  deletion_protection = true
  password_version    = 1
}

run "databases_are_private_encrypted_and_can_be_set_back" {
  command = plan
  assert {
    condition     = alltrue([for instance in aws_db_instance.this : instance.storage_encrypted && !instance.publicly_accessible && instance.multi_az && instance.backup_retention_period == 7 && instance.deletion_protection && !instance.skip_final_snapshot])
    error_message = "A server lacks what it must have."
  }
  assert {
    condition     = length(aws_db_instance_automated_backups_replication.elsewhere) == 2
    error_message = "Backups are not copied."
  }
  assert {
    condition     = one([for parameter in aws_db_parameter_group.this.parameter : parameter.value if parameter.name == "rds.force_ssl"]) == "1"
    error_message = "A connection without TLS would be let in."
  }
  assert {
    condition     = toset(keys(output.hosts)) == toset(["order", "payment", "bus"])
    error_message = "A service has no host."
  }
}

run "a_service_without_a_server_is_refused" {
  command = plan
  variables {
    instances = { sale = { class = "db.t4g.medium", storage_gb = 20, services = ["order", "payment"] } }
  }
  expect_failures = [var.instances]
}

run "a_service_on_two_servers_is_refused" {
  command = plan
  variables {
    instances = {
      one = { class = "db.t4g.medium", storage_gb = 20, services = ["order", "payment", "bus"] }
      two = { class = "db.t4g.medium", storage_gb = 20, services = ["bus"] }
    }
  }
  expect_failures = [var.instances]
}

run "another_major_version_is_refused" {
  command = plan
  variables {
    engine_version = "17.5"
  }
  expect_failures = [var.engine_version]
}
