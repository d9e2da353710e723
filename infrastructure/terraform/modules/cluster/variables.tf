variable "name" {
  type        = string
  description = "Name of the environment, in front of everything"
}

variable "kubernetes_version" {
  type        = string
  description = "Minor version; EKS supports each for 14 months"
  validation {
    condition     = can(regex("^1\\.[0-9]{2}$", var.kubernetes_version))
    error_message = "Like 1.35."
  }
}

variable "subnet_ids" {
  type        = list(string)
  description = "Private subnets, one a zone"
}

variable "namespace" {
  type        = string
  description = "Where the shop runs"
}

variable "public_api_cidrs" {
  type        = list(string)
  description = "Who may reach the API of Kubernetes from the internet; none: only the network itself"
  validation {
    condition     = alltrue([for cidr in var.public_api_cidrs : can(cidrhost(cidr, 0))])
    error_message = "Each must be a network like 203.0.113.0/24."
  }
}

variable "administrator_role_arns" {
  type        = set(string)
  description = "IAM roles of people who may do everything in the cluster"
}

variable "deletion_protection" {
  type        = bool
  description = "Refuse to delete the cluster"
}

variable "node_groups" {
  type = map(object({
    instance_types = list(string)
    min            = number
    max            = number
    ami_type       = optional(string, "AL2023_ARM_64_STANDARD")
    capacity_type  = optional(string, "ON_DEMAND")
  }))
  description = "Groups of nodes by name"
  validation {
    condition     = length(var.node_groups) > 0 && alltrue([for group in var.node_groups : group.min >= 1 && group.max >= group.min])
    error_message = "At least one group, each with 1 <= min <= max."
  }
}

variable "target_group_arns" {
  type        = list(string)
  description = "Target groups of the load balancer that pods may be registered with"
}

variable "github" {
  type = object({
    repository  = string
    environment = string
  })
  description = "Repository (owner/name) and environment of GitHub that may deploy; null: nobody"
  default     = null
}
