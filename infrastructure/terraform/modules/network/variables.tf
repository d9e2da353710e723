variable "name" {
  type        = string
  description = "Name of the environment, in front of everything"
}

variable "cidr" {
  type        = string
  description = "Addresses of the network, a /16"
  validation {
    condition     = can(cidrhost(var.cidr, 0)) && endswith(var.cidr, "/16")
    error_message = "A /16 is needed, for instance 10.20.0.0/16."
  }
}

variable "nat_per_zone" {
  type        = bool
  description = "A NAT gateway in each zone; with one alone its zone takes the way out with it"
}

variable "interface_endpoints" {
  type        = set(string)
  description = "AWS APIs that are reached inside the network; each costs by the hour and zone"
}
