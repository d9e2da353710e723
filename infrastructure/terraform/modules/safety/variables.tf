variable "name" {
  type        = string
  description = "Name of the environment, in front of everything"
}

variable "alarm_mails" {
  type        = set(string)
  description = "Who is written to; each has to confirm once"
  validation {
    condition     = alltrue([for mail in var.alarm_mails : can(regex("^[^@ ]+@[^@ ]+$", mail))])
    error_message = "Mail addresses."
  }
}

variable "monthly_budget_usd" {
  type        = number
  description = "A word of warning at 80 % of it, and when it is going to be passed"
}

variable "database_identifiers" {
  type = list(string)
}

variable "database_arns" {
  type = list(string)
}

variable "max_connections" {
  type        = number
  description = "Of each database server"
}

variable "kafka_cluster" {
  type        = string
  description = "Name of the Kafka cluster; null: there is none"
}

variable "load_balancer" {
  type        = string
  description = "As CloudWatch names it"
}

variable "lock_backups" {
  type        = bool
  description = "A copy of the databases each day under a lock, here and in the other region"
}
