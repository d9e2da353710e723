output "cluster_name" {
  value = module.cluster.name
}

output "vpc_id" {
  value = module.network.vpc_id
}

output "vault_key_id" {
  value = module.cluster.vault_key_id
}

output "deployer_role_arn" {
  value = module.cluster.deployer_role_arn
}

output "secrets" {
  description = "Where secrets are, not what they are"
  value = {
    database_hosts         = module.database.hosts
    database_master        = module.database.master_secret_arns
    kafka_users            = var.kafka == null ? {} : module.kafka[0].user_secret_arns
    valkey_host            = module.cache.host
    valkey_token           = module.cache.token_secret_arn
    valkey_replication_set = module.cache.replication_group_id
    file_users             = module.files.user_names
  }
}
