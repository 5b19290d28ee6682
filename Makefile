SHELL := bash
.DEFAULT_GOAL := help
.PHONY: help run dev test fleet robin bench contract compat fmt lint audit docs api

help: ## List what can be made
	@grep -E '^[a-z]+:.*## ' $(firstword $(MAKEFILE_LIST)) | sed -E 's/^([a-z]+):.*## /  make \1 \t/' | expand -t 18

run: ## Build everything, fetch the built-in model, serve on http://localhost:8080
	@scripts/run.sh

dev: ## Serve a debug build, with a client that reloads as you edit, on http://localhost:5173
	@scripts/dev.sh

test: ## Install what tests need and run all of them
	@scripts/test.sh

fleet: ## Break fleets of a release build in every way they have to survive (half an hour)
	@scripts/fleet.sh

robin: ## Ask three instances, each request another one, all that one is asked in recordings and browser tests (an hour)
	@scripts/robin.sh

bench: ## Measure a release build against the budgets
	@scripts/bench.sh

contract: ## Compare our OpenAPI document with the recorded contract in ../shared
	@scripts/contract.sh

compat: ## Replay the recorded conversations in ../shared and score the answers
	@scripts/compat.sh

fmt: ## Format Rust and the client
	@scripts/fmt.sh

lint: ## Every check that runs nothing: format, clippy, licences, client types and style
	@scripts/lint.sh

audit: ## Look for known weaknesses in dependencies (needs the network)
	@scripts/deny.sh check advisories

docs: ## Write docs/environment.md anew from the table of variables
	@cargo run -q -p airis -- env > docs/environment.md

api: ## Write the client's types of the API anew from the server's document
	@scripts/api.sh
