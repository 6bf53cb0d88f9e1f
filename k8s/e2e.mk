# End to end on a real kind cluster; what each test does is in k8s/e2e.

# Which profile the end-to-end tests deploy: dev, postgres or ha; E2E_KEEP=1 keeps the cluster.
E2E_PROFILE ?= dev
export E2E_PROFILE E2E_KEEP

##@ On a real cluster

.PHONY: e2e
e2e: $(BIN)/.installed-dev ## the whole kit on a kind cluster; E2E_PROFILE=dev, postgres or ha; skipped where Docker is absent
	$(BIN)/pytest k8s/e2e --ignore k8s/e2e/autoscale --verbose -rA --capture=tee-sys $(PYTEST_ARGS)

.PHONY: e2e-autoscale
e2e-autoscale: $(BIN)/.installed-dev ## workers that grow and shrink by cpu, backlog and slots; needs metrics-server, KEDA, the Prometheus operator
	AUTOSCALE_PLOTS=$(AUTOSCALE_PLOTS) $(BIN)/pytest k8s/e2e/autoscale --verbose -rA --capture=tee-sys $(PYTEST_ARGS)
