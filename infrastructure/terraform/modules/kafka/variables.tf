variable "name" {
  type        = string
  description = "Name of the environment, in front of everything"
}

variable "vpc_id" {
  type = string
}

variable "subnet_ids" {
  type        = list(string)
  description = "Three subnets in three zones, a broker each"
  validation {
    condition     = length(var.subnet_ids) == 3
    error_message = "Three zones, three brokers."
  }
}

variable "client_security_group_id" {
  type        = string
  description = "Who may connect"
}

variable "kafka_version" {
  type        = string
  description = "As MSK names it"
}

variable "instance_type" {
  type        = string
  description = "Of each broker"
}

variable "storage_gb" {
  type        = number
  description = "Of each broker"
}

variable "retention_days" {
  type        = number
  description = "Days events stay: EVENT_RETENTION_DAYS of the services must not be more"
  validation {
    condition     = var.retention_days >= 1 && var.retention_days <= 3650
    error_message = "Between 1 and 3650."
  }
}

variable "users" {
  type        = set(string)
  description = "Services and provisioning, each a user"
}

variable "password_version" {
  type        = number
  description = "Higher: new passwords for all users"
}
