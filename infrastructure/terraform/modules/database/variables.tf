variable "name" {
  type        = string
  description = "Name of the environment, in front of everything"
}

variable "vpc_id" {
  type = string
}

variable "subnet_ids" {
  type        = list(string)
  description = "Subnets without a way to the internet"
}

variable "client_security_group_id" {
  type        = string
  description = "Who may connect"
}

variable "engine_version" {
  type        = string
  description = "PostgreSQL 18 or newer; the ids of all rows come from its uuidv7()"
  validation {
    condition     = can(regex("^18(\\.[0-9]+)?$", var.engine_version))
    error_message = "18 or 18.x: the parameter group is of that family."
  }
}

variable "services" {
  type        = set(string)
  description = "Everyone who owns a database"
}

variable "instances" {
  type = map(object({
    class      = string
    storage_gb = number
    services   = set(string)
  }))
  description = "Servers by name, and whose databases each holds"
  validation {
    condition     = alltrue([for name, instance in var.instances : instance.storage_gb >= 20 && can(regex("^[a-z][a-z0-9-]{0,20}$", name))])
    error_message = "Names are short, of small letters, digits and hyphens; the smallest disk has 20 GB."
  }
  validation {
    condition     = sort(flatten([for instance in var.instances : tolist(instance.services)])) == sort(tolist(var.services))
    error_message = "Each service's database must be on exactly one instance."
  }
}

variable "max_connections" {
  type        = number
  description = "Of one instance: pods of all services × (DATABASE_POOL + 8), and some for people"
  validation {
    condition     = var.max_connections >= 100 && var.max_connections <= 5000
    error_message = "Between 100 and 5000."
  }
}

variable "multi_az" {
  type        = bool
  description = "A second server in another zone that each commit waits for"
}

variable "backup_days" {
  type        = number
  description = "Any time of so many days can be restored"
  validation {
    condition     = var.backup_days >= 1 && var.backup_days <= 35
    error_message = "Between 1 and 35; without backups there is no going back."
  }
}

variable "copy_backups" {
  type        = bool
  description = "Keep them in the other region as well"
}

variable "deletion_protection" {
  type        = bool
  description = "Refuse to delete a server; without it, it goes without a last snapshot"
}

variable "password_version" {
  type        = number
  description = "Higher: a new password for the master user of each server"
}
