output "url" {
  description = "FILES_BUCKET_URL of the services that keep files"
  value       = "https://${aws_s3_bucket.this.bucket_regional_domain_name}"
}

output "user_names" {
  value = { for service, user in aws_iam_user.service : service => user.name }
}
