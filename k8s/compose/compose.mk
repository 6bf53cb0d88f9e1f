# Everything on one host by Docker Compose; k8s/compose/README.md says what is where.

# The project's name, slots of a worker, and ports of this host, all on 127.0.0.1. GRAFANA is k8s.mk's.
COMPOSE_PROJECT := temporal-kit
ACTIVITY_SLOTS := 4
TEMPORAL_PORT := 7233
TEMPORAL_METRICS_PORT := 9233
UI_PORT := 8233
PROMETHEUS_PORT := 9090
GRAFANA_PORT := 3000
export COMPOSE_PROJECT ACTIVITY_SLOTS TEMPORAL_PORT TEMPORAL_METRICS_PORT UI_PORT PROMETHEUS_PORT GRAFANA_PORT

##@ One host

.PHONY: compose-up
compose-up: ## Temporal, PostgreSQL, workers, Prometheus, Grafana in Docker Compose; GRAFANA=0
	@k8s/compose/run/up

.PHONY: compose-sweep
compose-sweep: setup ## a sweep of its workers from here: PLAN=file REPLICAS=1,2,4 INJECTORS=2; report in results/latest/
	@PLAN='$(or $(PLAN),loadtest/plans/demo.toml)' REPLICAS='$(REPLICAS)' INJECTORS='$(INJECTORS)' OUTPUT='$(OUTPUT)' k8s/compose/run/sweep

.PHONY: compose-down
compose-down: ## take all of it away, its volumes too
	@k8s/compose/run/down

.PHONY: e2e-compose
e2e-compose: $(BIN)/.installed-dev ## up, a sweep, a worker that dies, down; skipped where Docker Compose is absent
	$(END_TO_END) k8s/compose/e2e
