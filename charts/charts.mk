##@ Charts

.PHONY: charts-docs
charts-docs: $(BIN)/.installed-dev ## write the tables of values in the charts' READMEs
	$(PY) charts/values_table.py
