##@ Charts

# CHARTS_OUTPUT: where packed charts go. CHART_VERSION: their version, in place of the one in Chart.yaml. PLAIN_HTTP=1: a registry
# without TLS, such as one on loopback.
CHARTS_OUTPUT ?= build/charts
CHART_VERSION :=
PLAIN_HTTP :=
OUR_CHARTS := repair-worker loadtest temporal-dev

.PHONY: charts-docs
charts-docs: $(BIN)/.installed-dev ## write the tables of values in the charts' READMEs
	$(PY) charts/values_table.py

.PHONY: charts-package
charts-package: ## pack the charts, [CHART_VERSION=0.2.1]
	@mkdir -p '$(CHARTS_OUTPUT)'
	@for chart in $(OUR_CHARTS); do \
	  said=$$(helm package "charts/$$chart" --destination '$(CHARTS_OUTPUT)' $(if $(CHART_VERSION),--version $(CHART_VERSION))); \
	  echo "$${said##*: }"; \
	done

# REGISTRY counts on the command line alone: one that the shell exports for something else is nothing to push to.
# What is pushed is packed for it: CHARTS_OUTPUT may hold charts of others and earlier versions, which stay where they are.
.PHONY: charts-publish
charts-publish: ## pack the charts and push them, REGISTRY=registry.example.org/charts
	@$(if $(filter command line,$(origin REGISTRY)),,echo "error: REGISTRY is not given: charts are pushed to a registry that you name; write make charts-publish REGISTRY=registry.example.org/charts" >&2; exit 2)
	@MAKE='$(MAKE)' REGISTRY='$(REGISTRY)' PLAIN_HTTP='$(filter-out 0,$(PLAIN_HTTP))' charts/publish
