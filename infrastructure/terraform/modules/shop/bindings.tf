# What the cluster is told: where everything is (values for the chart), and which pods stand behind the load balancer. Both come out
# as text and are applied by whoever deploys; Terraform itself needs no way into the cluster.

locals {
  # Kubernetes Services of the release "shopfleet".
  service_of  = { storefront = "shopfleet-storefront", gateway = "shopfleet-gateway", admin = "shopfleet-admin-panel" }
  data_blocks = [for cidr in module.network.data_cidrs : { ipBlock = { cidr = cidr } }]
}

output "target_group_bindings" {
  description = "For kubectl apply -f: TargetGroupBindings of the AWS Load Balancer Controller"
  value = join("---\n", [for door, arn in module.edge.target_group_arns : yamlencode({
    apiVersion = "elbv2.k8s.aws/v1beta1"
    kind       = "TargetGroupBinding"
    metadata   = { name = local.service_of[door], namespace = var.namespace }
    spec = {
      targetGroupARN = arn
      targetType     = "ip"
      serviceRef     = { name = local.service_of[door], port = module.edge.ports[door] }
    }
  })])
}

output "helm_values" {
  description = "Values for the chart. No secrets: those come from Vault"
  value = yamlencode({
    hosts = {
      shop  = module.edge.hosts.storefront
      panel = module.edge.hosts.admin
      api   = module.edge.hosts.gateway
    }
    # The load balancer is Terraform's.
    ingress        = { enabled = false }
    trustedProxies = var.cidr
    vault          = { address = var.vault_address }
    kafka          = { brokers = var.kafka == null ? "" : module.kafka[0].brokers, tls = var.kafka != null }
    files          = { bucketUrl = module.files.url, bucketRegion = data.aws_region.current.region }
    settings       = { EVENT_RETENTION_DAYS = tostring(var.event_retention_days) }
    networkPolicies = {
      ingressFrom = [for cidr in module.network.public_cidrs : { ipBlock = { cidr = cidr } }]
      # With Valkey's port: the chart opens it for an address in the values, and this one is a secret, since a token is in it.
      database = { ports = [5432, 6379], to = local.data_blocks }
      kafka    = { ports = [9096], to = local.data_blocks }
    }
  })
}
