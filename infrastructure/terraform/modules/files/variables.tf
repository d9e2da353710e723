variable "name" {
  type        = string
  description = "Name of the environment, in front of everything"
}

variable "bucket" {
  type        = string
  description = "Name of the bucket, in all the world the only one"
  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{2,56}[a-z0-9]$", var.bucket))
    error_message = "4 to 58 small letters, digits and hyphens."
  }
}

variable "services" {
  type        = set(string)
  description = "Services that keep files, each a user"
}

variable "copy" {
  type        = bool
  description = "Keep a copy in the other region"
}

variable "keep_deleted_days" {
  type        = number
  description = "Days what was deleted can be brought back"
}

variable "force_destroy" {
  type        = bool
  description = "Let the bucket be deleted with what is in it"
}
