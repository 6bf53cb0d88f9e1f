##@ Watching

.PHONY: dashboards
dashboards: $(BIN)/.installed-dev ## write Grafana's dashboards and the golden list anew from the catalogue
	$(PY) -m dashboards dashboards

.PHONY: rules
rules: $(BIN)/.installed-dev ## write recording rules and alerts anew; RUNBOOKS_URL=https://.../ leads their links
	RUNBOOKS_URL='$(RUNBOOKS_URL)' $(PY) -m dashboards rules
