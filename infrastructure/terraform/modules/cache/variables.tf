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
  description = "Of Valkey"
}

variable "node_type" {
  type = string
}

variable "nodes" {
  type        = number
  description = "One, or more of which one takes over"
  validation {
    condition     = var.nodes >= 1 && var.nodes <= 6
    error_message = "Between 1 and 6."
  }
}

variable "token_version" {
  type        = number
  description = "Higher: a new token"
}
