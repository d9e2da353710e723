variable "region" {
  type        = string
  description = "Where the shop is"
  default     = "eu-central-1"
}

variable "region_elsewhere" {
  type        = string
  description = "Where copies of what cannot be lost go"
  default     = "eu-west-1"
  validation {
    condition     = var.region_elsewhere != var.region
    error_message = "Another region than the shop's own."
  }
}

variable "zone" {
  type        = string
  description = "Hosted zone of Route 53, which exists"
}

variable "host" {
  type        = string
  description = "Where the storefront is: a name in the zone"
}

variable "files_bucket" {
  type        = string
  description = "Name of the bucket of pictures, in all the world the only one"
}

variable "administrator_role_arns" {
  type        = set(string)
  description = "IAM roles of people who may do everything in the cluster"
}

variable "public_api_cidrs" {
  type        = list(string)
  description = "Who may reach the API of Kubernetes from the internet; none: only the network itself"
  default     = []
}

variable "github_repository" {
  type        = string
  description = "owner/name of the repository whose workflows deploy; null: none"
  default     = null
}

variable "alarm_mails" {
  type        = set(string)
  description = "Who is written to when something is wrong"
}

variable "staff_cidrs" {
  type        = list(string)
  description = "Networks the admin panel is shown to; none: everybody, who then has to sign in"
  default     = []
}
