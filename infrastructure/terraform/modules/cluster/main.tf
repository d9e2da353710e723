# EKS with managed node groups. Secrets are encrypted with a key of our own, access is by IAM entries alone, and what runs in the
# cluster gets rights by pod identity: no keys in pods, none of the node's rights for them.

terraform {
  required_version = ">= 1.11"
  required_providers {
    aws = { source = "hashicorp/aws", version = ">= 6.25" }
  }
}

data "aws_partition" "current" {}

locals {
  policies   = "arn:${data.aws_partition.current.partition}:iam::aws:policy"
  access     = "arn:${data.aws_partition.current.partition}:eks::aws:cluster-access-policy"
  is_public  = length(var.public_api_cidrs) > 0
  pod_trust  = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = ["sts:AssumeRole", "sts:TagSession"], Principal = { Service = "pods.eks.amazonaws.com" } }] })
  node_trust = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }] })
}

resource "aws_kms_key" "secrets" {
  description             = "Secrets of the cluster ${var.name}"
  enable_key_rotation     = true
  deletion_window_in_days = 30
}

resource "aws_cloudwatch_log_group" "control_plane" {
  name              = "/aws/eks/${var.name}/cluster"
  retention_in_days = 30
}

resource "aws_iam_role" "cluster" {
  name               = "${var.name}-cluster"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "eks.amazonaws.com" } }] })
}

resource "aws_iam_role_policy_attachment" "cluster" {
  role       = aws_iam_role.cluster.name
  policy_arn = "${local.policies}/AmazonEKSClusterPolicy"
}

resource "aws_eks_cluster" "this" {
  name                          = var.name
  version                       = var.kubernetes_version
  role_arn                      = aws_iam_role.cluster.arn
  enabled_cluster_log_types     = ["api", "audit", "authenticator"]
  deletion_protection           = var.deletion_protection
  bootstrap_self_managed_addons = false

  access_config {
    authentication_mode                         = "API"
    bootstrap_cluster_creator_admin_permissions = false
  }

  vpc_config {
    subnet_ids              = var.subnet_ids
    endpoint_private_access = true
    endpoint_public_access  = local.is_public
    public_access_cidrs     = local.is_public ? var.public_api_cidrs : null
  }

  encryption_config {
    resources = ["secrets"]
    provider {
      key_arn = aws_kms_key.secrets.arn
    }
  }

  # Extended support costs six times as much; being moved on by force is the lesser evil.
  upgrade_policy {
    support_type = "STANDARD"
  }

  depends_on = [aws_iam_role_policy_attachment.cluster, aws_cloudwatch_log_group.control_plane]
}

resource "aws_eks_access_entry" "administrator" {
  for_each      = var.administrator_role_arns
  cluster_name  = aws_eks_cluster.this.name
  principal_arn = each.value
}

resource "aws_eks_access_policy_association" "administrator" {
  for_each      = aws_eks_access_entry.administrator
  cluster_name  = aws_eks_cluster.this.name
  principal_arn = each.value.principal_arn
  policy_arn    = "${local.access}/AmazonEKSClusterAdminPolicy"
  access_scope {
    type = "cluster"
  }
}

# Nodes

resource "aws_iam_role" "node" {
  name               = "${var.name}-node"
  assume_role_policy = local.node_trust
}

resource "aws_iam_role_policy_attachment" "node" {
  for_each   = toset(["AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly"])
  role       = aws_iam_role.node.name
  policy_arn = "${local.policies}/${each.key}"
}

resource "aws_launch_template" "node" {
  name_prefix = "${var.name}-node-"
  # One hop: a pod does not reach the node's own credentials.
  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }
  block_device_mappings {
    device_name = "/dev/xvda"
    ebs {
      volume_size           = 50
      volume_type           = "gp3"
      encrypted             = "true"
      delete_on_termination = "true"
    }
  }
  tag_specifications {
    resource_type = "instance"
    tags          = { Name = "${var.name}-node" }
  }
}

resource "aws_eks_node_group" "this" {
  for_each               = var.node_groups
  cluster_name           = aws_eks_cluster.this.name
  node_group_name_prefix = "${each.key}-"
  node_role_arn          = aws_iam_role.node.arn
  subnet_ids             = var.subnet_ids
  ami_type               = each.value.ami_type
  capacity_type          = each.value.capacity_type
  instance_types         = each.value.instance_types

  launch_template {
    id      = aws_launch_template.node.id
    version = aws_launch_template.node.latest_version
  }
  scaling_config {
    min_size     = each.value.min
    max_size     = each.value.max
    desired_size = each.value.min
  }
  update_config {
    max_unavailable = 1
  }
  node_repair_config {
    enabled = true
  }
  lifecycle {
    create_before_destroy = true
    # An autoscaler moves it.
    ignore_changes = [scaling_config[0].desired_size]
  }
  depends_on = [aws_iam_role_policy_attachment.node, aws_eks_addon.network]
}

# What every cluster needs. Each gets a role of its own where it calls AWS.

resource "aws_iam_role" "addon" {
  for_each = {
    vpc-cni            = "AmazonEKS_CNI_Policy"
    aws-ebs-csi-driver = "service-role/AmazonEBSCSIDriverPolicy"
  }
  name               = "${var.name}-${each.key}"
  assume_role_policy = local.pod_trust
  tags               = { Policy = each.value }
}

resource "aws_iam_role_policy_attachment" "addon" {
  for_each   = aws_iam_role.addon
  role       = each.value.name
  policy_arn = "${local.policies}/${each.value.tags.Policy}"
}

# Before the nodes: without these two none of them becomes ready.
resource "aws_eks_addon" "network" {
  for_each                    = toset(["eks-pod-identity-agent", "vpc-cni"])
  cluster_name                = aws_eks_cluster.this.name
  addon_name                  = each.key
  resolve_conflicts_on_update = "OVERWRITE"
  # The chart's network policies are only words without it.
  configuration_values = each.key == "vpc-cni" ? jsonencode({ enableNetworkPolicy = "true" }) : null
  dynamic "pod_identity_association" {
    for_each = each.key == "vpc-cni" ? ["aws-node"] : []
    content {
      role_arn        = aws_iam_role.addon["vpc-cni"].arn
      service_account = pod_identity_association.value
    }
  }
  depends_on = [aws_iam_role_policy_attachment.addon]
}

resource "aws_eks_addon" "other" {
  for_each                    = toset(["coredns", "kube-proxy", "metrics-server", "aws-ebs-csi-driver"])
  cluster_name                = aws_eks_cluster.this.name
  addon_name                  = each.key
  resolve_conflicts_on_update = "OVERWRITE"
  dynamic "pod_identity_association" {
    for_each = each.key == "aws-ebs-csi-driver" ? ["ebs-csi-controller-sa"] : []
    content {
      role_arn        = aws_iam_role.addon["aws-ebs-csi-driver"].arn
      service_account = pod_identity_association.value
    }
  }
  depends_on = [aws_eks_node_group.this, aws_iam_role_policy_attachment.addon]
}

# The load balancer itself is made here in Terraform (modules/edge): its controller only says which pods stand behind it.
resource "aws_iam_role" "target_binding" {
  name               = "${var.name}-target-binding"
  assume_role_policy = local.pod_trust
}

resource "aws_iam_role_policy" "target_binding" {
  name = "register"
  role = aws_iam_role.target_binding.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["elasticloadbalancing:RegisterTargets", "elasticloadbalancing:DeregisterTargets"]
        Resource = var.target_group_arns
      },
      {
        Effect   = "Allow"
        Action   = ["elasticloadbalancing:DescribeTargetGroups", "elasticloadbalancing:DescribeTargetHealth", "elasticloadbalancing:DescribeTargetGroupAttributes", "elasticloadbalancing:DescribeTags", "ec2:DescribeVpcs", "ec2:DescribeSubnets", "ec2:DescribeSecurityGroups", "ec2:DescribeInstances", "ec2:DescribeNetworkInterfaces", "ec2:DescribeAvailabilityZones"]
        Resource = "*"
      },
    ]
  })
}

resource "aws_eks_pod_identity_association" "target_binding" {
  cluster_name    = aws_eks_cluster.this.name
  namespace       = "kube-system"
  service_account = "aws-load-balancer-controller"
  role_arn        = aws_iam_role.target_binding.arn
}

# Vault opens itself with a key that never leaves KMS; see infrastructure/vault.
resource "aws_kms_key" "vault" {
  description             = "Opens Vault of ${var.name}"
  enable_key_rotation     = true
  deletion_window_in_days = 30
}

resource "aws_iam_role" "vault" {
  name               = "${var.name}-vault"
  assume_role_policy = local.pod_trust
}

resource "aws_iam_role_policy" "vault" {
  name = "unseal"
  role = aws_iam_role.vault.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = ["kms:Encrypt", "kms:Decrypt", "kms:DescribeKey"], Resource = aws_kms_key.vault.arn }]
  })
}

resource "aws_eks_pod_identity_association" "vault" {
  cluster_name    = aws_eks_cluster.this.name
  namespace       = "vault"
  service_account = "vault"
  role_arn        = aws_iam_role.vault.arn
}

# Deployment from GitHub: its workflow proves who it is with a token of the run; there is no key to leak.
resource "aws_iam_openid_connect_provider" "github" {
  count          = var.github == null ? 0 : 1
  url            = "https://token.actions.githubusercontent.com"
  client_id_list = ["sts.amazonaws.com"]
}

resource "aws_iam_role" "deployer" {
  count                = var.github == null ? 0 : 1
  name                 = "${var.name}-deployer"
  max_session_duration = 3600
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRoleWithWebIdentity"
      Principal = { Federated = aws_iam_openid_connect_provider.github[0].arn }
      Condition = { StringEquals = {
        "token.actions.githubusercontent.com:aud" = "sts.amazonaws.com"
        # Only a job that runs in this environment of GitHub, so its approvals hold here too.
        "token.actions.githubusercontent.com:sub" = "repo:${var.github.repository}:environment:${var.github.environment}"
      } }
    }]
  })
}

resource "aws_iam_role_policy" "deployer" {
  count = var.github == null ? 0 : 1
  name  = "find-the-cluster"
  role  = aws_iam_role.deployer[0].id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "eks:DescribeCluster", Resource = aws_eks_cluster.this.arn }]
  })
}

resource "aws_eks_access_entry" "deployer" {
  count         = var.github == null ? 0 : 1
  cluster_name  = aws_eks_cluster.this.name
  principal_arn = aws_iam_role.deployer[0].arn
}

resource "aws_eks_access_policy_association" "deployer" {
  count         = var.github == null ? 0 : 1
  cluster_name  = aws_eks_cluster.this.name
  principal_arn = aws_eks_access_entry.deployer[0].principal_arn
  policy_arn    = "${local.access}/AmazonEKSEditPolicy"
  access_scope {
    type       = "namespace"
    namespaces = [var.namespace]
  }
}
