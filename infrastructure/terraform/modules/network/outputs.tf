output "vpc_id" {
  value = aws_vpc.this.id
}

output "public_subnet_ids" {
  value = [for subnet in aws_subnet.public : subnet.id]
}

output "private_subnet_ids" {
  value = [for subnet in aws_subnet.private : subnet.id]
}

output "data_subnet_ids" {
  value = [for subnet in aws_subnet.data : subnet.id]
}

output "public_cidrs" {
  description = "Where the load balancer speaks from: what it says of a client's address is believed"
  value       = values(local.public_cidrs)
}

output "data_cidrs" {
  description = "Where databases, brokers and caches are"
  value       = values(local.data_cidrs)
}
