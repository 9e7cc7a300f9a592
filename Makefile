# The commands of the project. `make demo` needs Debian with Rust, git and make, and fetches the rest.

# One folder and one set of features for everything, so that nothing is compiled twice.
CARGO_TARGET_DIR ?= target
export CARGO_TARGET_DIR
# The tests kill the platform at named points, which only this feature compiles in.
FEATURES := --features beian/faults
# Builds the tests and the binary they start. `cargo build` would choose other features for what both are built from.
BUILD := cargo test --workspace --locked $(FEATURES) --no-run
BEIAN := $(CARGO_TARGET_DIR)/debug/beian
XTASK := cargo xtask

.PHONY: help demo test e2e bench bench-gateway lint fmt docs

help: ## What can be made
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 24

demo: ## Start everything on this machine: platform, sandbox authority, gateway, a website
	@scripts/setup build
	@echo "demo: building (the first time takes six to nine minutes on two cores)"
	@cargo build --locked -p beian
	@$(BEIAN) demo

test: ## Run every test: Rust on both databases, then the browser
	@scripts/setup test
	cargo test --workspace --locked $(FEATURES)
	@$(MAKE) --no-print-directory e2e

e2e: ## Run the end-to-end tests in headless Chromium
	@scripts/setup test
	$(BUILD)
	npm ci --prefix e2e --no-audit --no-fund
	BEIAN_BINARY=$(abspath $(BEIAN)) npm test --prefix e2e

bench: ## Measure the throughput of the checks; docs/benchmarks.md says what was measured
	@scripts/setup build
	scripts/bench

bench-gateway: ## Measure the gate beside nginx, HAProxy and pingora; docs/benchmarks.md says what was measured
	@scripts/setup bench
	scripts/bench gateway

lint: ## Formatting, lints, licences, arrows between crates, translations, generated files
	@scripts/setup test
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked $(FEATURES) -- -D warnings
	$(XTASK) arrows
	$(XTASK) licences
	$(XTASK) translations
	$(BUILD)
	$(XTASK) generated $(BEIAN) --check

fmt: ## Format the code
	cargo fmt --all

docs: ## Write the generated files in docs/ anew
	@scripts/setup test
	$(BUILD)
	$(XTASK) generated $(BEIAN)
