output "topic_arn" {
  description = "Where alarms are said, for those of your own"
  value       = aws_sns_topic.alarms.arn
}
