# The way in: names, certificate, firewall and load balancer. All of it is here and nothing of it is made from inside the cluster,
# so that the cluster needs no right to open anything; it only says which pods stand behind the three target groups.

terraform {
  required_version = ">= 1.11"
  required_providers {
    aws = { source = "hashicorp/aws", version = ">= 6.25" }
  }
}

data "aws_route53_zone" "this" {
  name = var.zone
}

locals {
  # Port and health check of each Kubernetes Service behind the load balancer.
  doors = {
    storefront = { host = var.host, port = 3000 }
    gateway    = { host = "api.${var.host}", port = 8080 }
    admin      = { host = "admin.${var.host}", port = 3001 }
  }
}

resource "aws_acm_certificate" "this" {
  domain_name               = var.host
  subject_alternative_names = ["*.${var.host}"]
  validation_method         = "DNS"
  lifecycle {
    create_before_destroy = true
  }
}

# One is enough: a name and its wildcard are proved by the same record.
resource "aws_route53_record" "proof" {
  zone_id         = data.aws_route53_zone.this.zone_id
  name            = tolist(aws_acm_certificate.this.domain_validation_options)[0].resource_record_name
  type            = tolist(aws_acm_certificate.this.domain_validation_options)[0].resource_record_type
  records         = [tolist(aws_acm_certificate.this.domain_validation_options)[0].resource_record_value]
  ttl             = 300
  allow_overwrite = true
}

resource "aws_acm_certificate_validation" "this" {
  certificate_arn         = aws_acm_certificate.this.arn
  validation_record_fqdns = [aws_route53_record.proof.fqdn]
}

resource "aws_security_group" "this" {
  name        = "${var.name}-edge"
  description = "Load balancer of ${var.name}"
  vpc_id      = var.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "world" {
  for_each          = { http = 80, https = 443 }
  security_group_id = aws_security_group.this.id
  description       = "Everybody, ${each.key}"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = each.value
  to_port           = each.value
}

resource "aws_vpc_security_group_egress_rule" "pods" {
  for_each                     = local.doors
  security_group_id            = aws_security_group.this.id
  description                  = each.key
  referenced_security_group_id = var.cluster_security_group_id
  ip_protocol                  = "tcp"
  from_port                    = each.value.port
  to_port                      = each.value.port
}

resource "aws_vpc_security_group_ingress_rule" "pods" {
  for_each                     = local.doors
  security_group_id            = var.cluster_security_group_id
  description                  = "${each.key}, from the load balancer"
  referenced_security_group_id = aws_security_group.this.id
  ip_protocol                  = "tcp"
  from_port                    = each.value.port
  to_port                      = each.value.port
}

resource "aws_lb" "this" {
  name                       = var.name
  load_balancer_type         = "application"
  subnets                    = var.subnet_ids
  security_groups            = [aws_security_group.this.id]
  drop_invalid_header_fields = true
  desync_mitigation_mode     = "strictest"
  # Longer than the realtime channel's heartbeat (25 s), and shorter than our own servers keep an idle connection (72 s): else one
  # is used just as it closes, and somebody gets a 502.
  idle_timeout               = 60
  enable_deletion_protection = var.deletion_protection
}

resource "aws_lb_target_group" "this" {
  for_each             = local.doors
  name                 = "${var.name}-${each.key}"
  target_type          = "ip"
  vpc_id               = var.vpc_id
  port                 = each.value.port
  protocol             = "HTTP"
  deregistration_delay = 30
  # The fewest requests under way: orders take longer than reads.
  load_balancing_algorithm_type = "least_outstanding_requests"
  health_check {
    path                = "/health/ready"
    matcher             = "200"
    interval            = 10
    timeout             = 5
    healthy_threshold   = 2
    unhealthy_threshold = 2
  }
}

resource "aws_lb_listener" "http" {
  load_balancer_arn = aws_lb.this.arn
  port              = 80
  protocol          = "HTTP"
  default_action {
    type = "redirect"
    redirect {
      port        = "443"
      protocol    = "HTTPS"
      status_code = "HTTP_301"
    }
  }
}

resource "aws_lb_listener" "https" {
  load_balancer_arn = aws_lb.this.arn
  port              = 443
  protocol          = "HTTPS"
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"
  certificate_arn   = aws_acm_certificate_validation.this.certificate_arn
  # For whoever asks by an address, or by a name that is none of ours.
  default_action {
    type = "fixed-response"
    fixed_response {
      content_type = "text/plain"
      status_code  = "404"
      message_body = "Not found"
    }
  }
}

resource "aws_lb_listener_rule" "door" {
  for_each     = local.doors
  listener_arn = aws_lb_listener.https.arn
  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.this[each.key].arn
  }
  condition {
    host_header {
      values = [each.value.host]
    }
  }
  dynamic "condition" {
    for_each = each.key == "admin" && length(var.staff_cidrs) > 0 ? [var.staff_cidrs] : []
    content {
      source_ip {
        values = condition.value
      }
    }
  }
}

resource "aws_route53_record" "door" {
  for_each = local.doors
  zone_id  = data.aws_route53_zone.this.zone_id
  name     = each.value.host
  type     = "A"
  alias {
    name                   = aws_lb.this.dns_name
    zone_id                = aws_lb.this.zone_id
    evaluate_target_health = true
  }
}

# Only Amazon may issue certificates for these names.
resource "aws_route53_record" "authority" {
  zone_id = data.aws_route53_zone.this.zone_id
  name    = var.host
  type    = "CAA"
  ttl     = 3600
  records = ["0 issue \"amazon.com\"", "0 issuewild \"amazon.com\""]
}

# The gateway limits by itself, by user and by operation. Here is what should not reach it at all: floods, and what is only noise.
resource "aws_wafv2_web_acl" "this" {
  name  = var.name
  scope = "REGIONAL"
  default_action {
    allow {}
  }

  rule {
    name     = "flood"
    priority = 1
    action {
      block {
        custom_response {
          response_code = 429
        }
      }
    }
    statement {
      rate_based_statement {
        limit                 = var.requests_per_5_minutes
        evaluation_window_sec = 300
        aggregate_key_type    = "IP"
        # The payment provider speaks from few addresses, and signs.
        scope_down_statement {
          not_statement {
            statement {
              byte_match_statement {
                search_string         = "/api/payments/webhooks/"
                positional_constraint = "STARTS_WITH"
                field_to_match {
                  uri_path {}
                }
                text_transformation {
                  priority = 0
                  type     = "NONE"
                }
              }
            }
          }
        }
      }
    }
    visibility_config {
      metric_name                = "flood"
      cloudwatch_metrics_enabled = true
      sampled_requests_enabled   = true
    }
  }

  rule {
    name     = "sign-in"
    priority = 2
    action {
      block {
        custom_response {
          response_code = 429
        }
      }
    }
    statement {
      rate_based_statement {
        limit                 = var.sign_ins_per_5_minutes
        evaluation_window_sec = 300
        aggregate_key_type    = "IP"
        scope_down_statement {
          byte_match_statement {
            search_string         = "/auth/"
            positional_constraint = "CONTAINS"
            field_to_match {
              uri_path {}
            }
            text_transformation {
              priority = 0
              type     = "LOWERCASE"
            }
          }
        }
      }
    }
    visibility_config {
      metric_name                = "sign-in"
      cloudwatch_metrics_enabled = true
      sampled_requests_enabled   = true
    }
  }

  dynamic "rule" {
    for_each = { AWSManagedRulesAmazonIpReputationList = 10, AWSManagedRulesKnownBadInputsRuleSet = 11, AWSManagedRulesCommonRuleSet = 12 }
    content {
      name     = rule.key
      priority = rule.value
      override_action {
        none {}
      }
      statement {
        managed_rule_group_statement {
          vendor_name = "AWS"
          name        = rule.key
          # Pictures are larger than 8 KB, and what people write in reviews may look like anything: both only counted. The
          # contract of each operation is what checks its body.
          dynamic "rule_action_override" {
            for_each = rule.key == "AWSManagedRulesCommonRuleSet" ? ["SizeRestrictions_BODY", "CrossSiteScripting_BODY", "GenericRFI_BODY", "NoUserAgent_HEADER"] : []
            content {
              name = rule_action_override.value
              action_to_use {
                count {}
              }
            }
          }
        }
      }
      visibility_config {
        metric_name                = rule.key
        cloudwatch_metrics_enabled = true
        sampled_requests_enabled   = true
      }
    }
  }

  visibility_config {
    metric_name                = var.name
    cloudwatch_metrics_enabled = true
    sampled_requests_enabled   = true
  }
}

resource "aws_wafv2_web_acl_association" "this" {
  resource_arn = aws_lb.this.arn
  web_acl_arn  = aws_wafv2_web_acl.this.arn
}

resource "aws_cloudwatch_log_group" "waf" {
  # WAF takes no other beginning.
  name              = "aws-waf-logs-${var.name}"
  retention_in_days = 30
}

# What was let through is in the gateway's own log; cookies and tokens are in neither.
resource "aws_wafv2_web_acl_logging_configuration" "this" {
  resource_arn            = aws_wafv2_web_acl.this.arn
  log_destination_configs = [aws_cloudwatch_log_group.waf.arn]
  redacted_fields {
    single_header {
      name = "authorization"
    }
  }
  redacted_fields {
    single_header {
      name = "cookie"
    }
  }
  logging_filter {
    default_behavior = "DROP"
    filter {
      behavior    = "KEEP"
      requirement = "MEETS_ANY"
      condition {
        action_condition {
          action = "BLOCK"
        }
      }
      condition {
        action_condition {
          action = "COUNT"
        }
      }
    }
  }
}
