variable "name" {
  type        = string
  description = "Name of the environment, in front of everything"
  validation {
    condition     = length(var.name) <= 21
    error_message = "At most 21 letters: names of target groups end at 32."
  }
}

variable "vpc_id" {
  type = string
}

variable "subnet_ids" {
  type        = list(string)
  description = "Public subnets"
}

variable "cluster_security_group_id" {
  type        = string
  description = "Of the pods"
}

variable "zone" {
  type        = string
  description = "Hosted zone of Route 53 that the names are in"
}

variable "host" {
  type        = string
  description = "Where the storefront is; the API is at api., the admin panel at admin. of it"
  validation {
    condition     = can(regex("^[a-z0-9.-]+\\.[a-z]{2,}$", var.host)) && (var.host == var.zone || endswith(var.host, ".${var.zone}"))
    error_message = "A name inside the zone."
  }
}

variable "staff_cidrs" {
  type        = list(string)
  description = "Networks the admin panel is shown to; none: everybody, who then has to sign in"
  validation {
    condition     = length(var.staff_cidrs) <= 4
    error_message = "At most 4: a rule has 5 conditions."
  }
}

variable "requests_per_5_minutes" {
  type        = number
  description = "Of one address; behind a company's or a mobile network's address stand many people"
}

variable "sign_ins_per_5_minutes" {
  type        = number
  description = "Requests to /auth/ of one address"
}

variable "deletion_protection" {
  type        = bool
  description = "Refuse to delete the load balancer"
}
