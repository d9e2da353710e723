mock_provider "aws" {
  # One record proves the name and its wildcard.
  mock_resource "aws_acm_certificate" {
    defaults = {
      domain_validation_options = [{
        domain_name           = "shop.example"
        resource_record_name  = "_proof.shop.example"
        resource_record_type  = "CNAME"
        resource_record_value = "_proof.acm-validations.aws"
      }]
    }
  }
}

variables {
  name                      = "shopfleet-test"
  vpc_id                    = "vpc-1"
  subnet_ids                = ["subnet-1", "subnet-2"]
  cluster_security_group_id = "sg-1"
  zone                      = "shop.example"
  host                      = "shop.example"
  staff_cidrs               = ["203.0.113.0/24"]
  requests_per_5_minutes    = 3000
  sign_ins_per_5_minutes    = 600
  deletion_protection       = true
}

run "only_the_load_balancer_is_open" {
  command = plan
  assert {
    condition     = aws_lb_listener.http.default_action[0].redirect[0].protocol == "HTTPS"
    error_message = "Something is answered without TLS."
  }
  assert {
    condition     = aws_lb_listener.https.default_action[0].fixed_response[0].status_code == "404"
    error_message = "A name that is none of ours is answered."
  }
  assert {
    condition     = alltrue([for rule in aws_vpc_security_group_ingress_rule.world : contains([80, 443], rule.from_port) && rule.from_port == rule.to_port])
    error_message = "Another port is open to the world."
  }
  assert {
    condition     = alltrue([for rule in aws_vpc_security_group_ingress_rule.pods : contains([3000, 3001, 8080], rule.from_port)])
    error_message = "Pods are reached at another port than those of the doors."
  }
}

run "only_staff_see_the_admin_panel" {
  command = plan
  assert {
    condition     = anytrue([for condition in aws_lb_listener_rule.door["admin"].condition : length(condition.source_ip) == 1])
    error_message = "The admin panel is shown to everybody."
  }
  assert {
    condition     = alltrue([for condition in aws_lb_listener_rule.door["storefront"].condition : length(condition.source_ip) == 0])
    error_message = "The storefront is not shown to everybody."
  }
}

run "a_host_outside_of_the_zone_is_refused" {
  command = plan
  variables {
    host = "shop.elsewhere.example"
  }
  expect_failures = [var.host]
}
