# End to end on a real kind cluster; what each test does is in k8s/e2e.

# Which profile the end-to-end tests deploy: dev or postgres; E2E_KEEP=1 keeps the cluster.
E2E_PROFILE ?= dev
# Manifests of Temporal's worker controller, in namespace temporal-system, for `make e2e-rollout`.
WORKER_CONTROLLER ?=
override E2E_KEEP := $(filter-out 0,$(E2E_KEEP))
export E2E_PROFILE E2E_KEEP WORKER_CONTROLLER
END_TO_END := $(BIN)/pytest --verbose -rA --capture=tee-sys $(PYTEST_ARGS)

##@ Changing the kit: tests on a real cluster

.PHONY: e2e
e2e: $(BIN)/.installed-dev ## the whole kit on a kind cluster; E2E_PROFILE=dev or postgres; skipped where Docker is absent
	$(END_TO_END) k8s/e2e --ignore k8s/e2e/autoscale --ignore k8s/e2e/external --ignore k8s/e2e/ha --ignore k8s/e2e/long --ignore k8s/e2e/rollout

.PHONY: e2e-external
e2e-external: $(BIN)/.installed-dev ## a Temporal that is there already, behind TLS that asks for a client's certificate
	$(END_TO_END) k8s/e2e/external

.PHONY: e2e-long
e2e-long: $(BIN)/.installed-dev ## what takes too long for every check: many workers, lost parts, searches, packages; E2E_PROFILE=dev or postgres
	$(END_TO_END) k8s/e2e/long

.PHONY: e2e-ha
e2e-ha: $(BIN)/.installed-dev ## PROFILE=ha on three nodes, one of them drained under load; needs Temporal's chart
	$(END_TO_END) k8s/e2e/ha

.PHONY: e2e-autoscale
e2e-autoscale: $(BIN)/.installed-dev ## workers that grow and shrink by cpu, backlog and slots; needs metrics-server, KEDA, the Prometheus operator
	AUTOSCALE_PLOTS=$(AUTOSCALE_PLOTS) $(END_TO_END) k8s/e2e/autoscale

.PHONY: e2e-rollout
e2e-rollout: $(BIN)/.installed-dev ## versions that Temporal's worker controller rolls out; WORKER_CONTROLLER=FILE names its manifests
	$(END_TO_END) k8s/e2e/rollout
