variable "name" {
  type        = string
  description = "Name of the environment, in front of everything"
  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,20}$", var.name))
    error_message = "3 to 21 small letters, digits and hyphens, a letter first."
  }
}

variable "is_production" {
  type        = bool
  description = "Spares for everything, copies in the other region, and nothing can be deleted by mistake"
}

variable "cidr" {
  type        = string
  description = "Addresses of the network, a /16"
}

variable "namespace" {
  type        = string
  description = "Namespace of Kubernetes the shop runs in"
  default     = "shopfleet"
}

variable "interface_endpoints" {
  type        = set(string)
  description = "AWS APIs that are reached inside the network; about 22 USD a month each in three zones"
  default     = []
}

variable "vault_address" {
  type        = string
  description = "Where pods reach Vault; empty: secrets come from Secrets of Kubernetes"
  default     = "https://vault.vault:8200"
}

variable "kubernetes_version" {
  type        = string
  description = "Minor version of EKS"
  default     = "1.35"
}

variable "public_api_cidrs" {
  type        = list(string)
  description = "Who may reach the API of Kubernetes from the internet; none: only the network itself"
  default     = []
}

variable "administrator_role_arns" {
  type        = set(string)
  description = "IAM roles of people who may do everything in the cluster"
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
}

variable "github" {
  type = object({
    repository  = string
    environment = string
  })
  description = "Repository (owner/name) and environment of GitHub that may deploy; null: nobody"
  default     = null
}

variable "postgresql_version" {
  type        = string
  description = "Of RDS"
  default     = "18"
}

variable "databases" {
  type = map(object({
    class      = string
    storage_gb = number
    services   = optional(set(string))
  }))
  description = "Database servers by name; without `services` it holds everybody's databases"
}

variable "database_password_version" {
  type        = number
  description = "Higher: a new password for the master user of each server"
  default     = 1
}

variable "max_connections" {
  type        = number
  description = "Of each database server: pods of all services × (DATABASE_POOL + 8), and some for people"
}

variable "backup_days" {
  type        = number
  description = "Any time of so many days can be restored"
}

variable "kafka" {
  type = object({
    version          = optional(string, "3.9.x.kraft")
    instance_type    = optional(string, "kafka.m7g.large")
    storage_gb       = optional(number, 200)
    password_version = optional(number, 1)
  })
  description = "Kafka as the event log; null: it stays in PostgreSQL"
  default     = null
}

variable "event_retention_days" {
  type        = number
  description = "Days events stay"
  default     = 30
}

variable "cache_node_type" {
  type        = string
  description = "Of Valkey"
  default     = "cache.t4g.micro"
}

variable "cache_token_version" {
  type        = number
  description = "Higher: a new token for Valkey"
  default     = 1
}

variable "files_bucket" {
  type        = string
  description = "Name of the bucket of pictures, in all the world the only one"
}

variable "zone" {
  type        = string
  description = "Hosted zone of Route 53"
}

variable "host" {
  type        = string
  description = "Where the storefront is; the API is at api., the admin panel at admin. of it"
}

variable "staff_cidrs" {
  type        = list(string)
  description = "Networks the admin panel is shown to; none: everybody, who then has to sign in"
  default     = []
}

variable "alarm_mails" {
  type        = set(string)
  description = "Who is written to when something is wrong"
}

variable "monthly_budget_usd" {
  type        = number
  description = "Of the whole account"
}
