output "helm_values" {
  description = "For helm -f: where everything is. No secrets"
  value       = module.shop.helm_values
}

output "target_group_bindings" {
  description = "For kubectl apply -f: which pods stand behind the load balancer"
  value       = module.shop.target_group_bindings
}

output "secrets" {
  description = "What infrastructure/vault/write-secrets.ts asks for: where things are, not what they are"
  value       = module.shop.secrets
}

output "cluster_name" {
  value = module.shop.cluster_name
}

output "vpc_id" {
  value = module.shop.vpc_id
}

output "vault_key_id" {
  value = module.shop.vault_key_id
}

output "deployer_role_arn" {
  value = module.shop.deployer_role_arn
}
