##@ Watching

.PHONY: dashboards
dashboards: $(BIN)/.installed-dev ## write Grafana's dashboards and the golden list anew from the catalogue
	$(PY) -m dashboards dashboards

.PHONY: rules
rules: $(BIN)/.installed-dev ## write recording rules and alerts anew; RULES_ARGS="--runbooks https://... --label release=monitoring --queue-bounds FILE"
	$(PY) -m dashboards rules $(RULES_ARGS)

.PHONY: watch
watch: $(BIN)/.installed-dev ## a local sweep with a Prometheus beside it; PLAN=, WATCH_ARGS="--replicas 1,2 --prometheus-port 9091"
	$(PY) -m dashboards.watched_sweep $(or $(PLAN),loadtest/plans/demo.toml) --output $(OUTPUT) $(WATCH_ARGS)

.PHONY: dashboard-plots
dashboard-plots: $(BIN)/.installed-dev ## draw the pictures of dashboards/README.md anew from a watched demo (4 minutes)
	WATCH_PLAN=$(CURDIR)/loadtest/plans/demo.toml PLOTS=$(CURDIR)/dashboards/plots $(BIN)/pytest -q dashboards/tests/test_watched_sweep.py
