output "name" {
  value = aws_eks_cluster.this.name
}

output "security_group_id" {
  description = "Of nodes and pods"
  value       = aws_eks_cluster.this.vpc_config[0].cluster_security_group_id
}

output "vault_key_id" {
  value = aws_kms_key.vault.key_id
}

output "deployer_role_arn" {
  value = one(aws_iam_role.deployer[*].arn)
}
