# The same words as npm, for those who expect a Makefile. Options: make up OPTIONS="--port-base 9000 --data-dir .data-2"
OPTIONS ?=
RUN := node scripts/run.mjs
DATA_DIR ?= .data

.DEFAULT_GOAL := help
.PHONY: help up down restart logs test check migrate seed build clean

help: ## This list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

up: ## Start everything in the background (in the foreground: npm start)
	@$(RUN) scripts/start.ts --detach $(OPTIONS)

down: ## Stop it; the data stays
	@$(RUN) scripts/stop.ts $(OPTIONS)

restart: ## Stop and start again
	@$(MAKE) --no-print-directory down
	@$(MAKE) --no-print-directory up

logs: ## Follow the logs of all services
	@tail -n 50 -F $(sort $(DATA_DIR)/shopfleet.log $(wildcard $(DATA_DIR)/*.log $(DATA_DIR)/logs/*.log))

test: ## Run all tests
	@$(RUN) scripts/test.ts

check: ## Lint, format, types, generated files
	@$(RUN) scripts/check.ts

migrate: ## Bring the databases up to date
	@$(RUN) scripts/migrate.ts $(OPTIONS)

seed: ## Load generated products: make seed OPTIONS="--products 10000"
	@$(RUN) scripts/seed.ts $(OPTIONS)

build: ## Install and check: the services run as they are, there is nothing to compile
	@$(RUN) scripts/check.ts

clean: down ## Stop, and delete the data of this checkout
	@# As root PostgreSQL may keep its files elsewhere; the link says where.
	@if [ -L .data/postgres ]; then rm -rf "$$(readlink .data/postgres)"; fi
	@rm -rf .data
	@echo "Deleted .data"
