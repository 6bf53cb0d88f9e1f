# The clusters: what is made, deployed, looked at and taken down, and under which names.

CLUSTER := temporal-kit
# In the checkout and ignored by git; the user's own kubeconfig is never read nor written.
OWN_KUBECONFIG := $(CURDIR)/.kube/config
KIND_CONFIG ?= k8s/kind/one-node.yaml
KIND_NODE_IMAGE ?= kindest/node:v1.34.3

# Releases, their namespaces and the one address at which workers and injectors find Temporal, whatever the profile.
TEMPORAL_RELEASE := temporal
TEMPORAL_KUBE_NAMESPACE := temporal
WORKER_RELEASE := repair-worker
WORKER_KUBE_NAMESPACE := repair-shop
LOADTEST_RELEASE := loadtest
LOADTEST_KUBE_NAMESPACE := loadtest
MONITORING_KUBE_NAMESPACE := monitoring
TEMPORAL_SERVICE_ADDRESS := temporal-frontend.temporal.svc:7233
TEMPORAL_NAMESPACE_NAME := default

# The manifests of k8s/ are written with these names.
FIXED := TEMPORAL_RELEASE TEMPORAL_KUBE_NAMESPACE WORKER_RELEASE WORKER_KUBE_NAMESPACE LOADTEST_RELEASE LOADTEST_KUBE_NAMESPACE \
  MONITORING_KUBE_NAMESPACE TEMPORAL_SERVICE_ADDRESS TEMPORAL_NAMESPACE_NAME
$(foreach name,$(FIXED),$(if $(findstring command line,$(origin $(name))),\
  $(error $(name)=$($(name)): the manifests of k8s/ are written for one name; install the charts by hand, as charts/README.md says)))

# Both must be given, on make's command line (an exported KUBECONFIG does not count), for a cluster that is not kind's or minikube's.
GIVEN_CONTEXT := $(if $(findstring command line,$(origin CONTEXT)),$(CONTEXT))
GIVEN_KUBECONFIG := $(if $(findstring command line,$(origin KUBECONFIG)),$(KUBECONFIG))

# What follows is given on make's command line where wanted; what the environment says of these names is a habit, and does not count.

WORKER_IMAGE_LIMIT_MB := 260
# REGISTRY=host/path to push to, FORCE=1 to build what is there, NO_CLUSTER=1 to load nothing.
REGISTRY :=
FORCE :=
# Arguments of `docker build`, separated by blanks: a name that the environment gives a value, or NAME=VALUE.
BUILD_ARGS :=
NO_CLUSTER :=
# Where `make sbom` puts its lists.
SBOM_OUTPUT := build/sbom

# What `make deploy` brings up. PROFILE: postgres, dev, ha, external. AUTOSCALE: none, cpu, backlog, slots.
# MONITORING: manifests (a small Prometheus, and with GRAFANA=1 Grafana), operator (monitors for the Prometheus operator), none.
PROFILE := postgres
AUTOSCALE := none
MONITORING := manifests
GRAFANA := 1
# Limit of that Prometheus' memory, as Kubernetes writes it.
PROMETHEUS_MEMORY := 768Mi
# With MONITORING=operator: labels of monitors and rules by which your Prometheus picks them, separated by commas, and a
# PrometheusRule in place of the kit's, as `make rules` writes it.
MONITOR_LABELS :=
RULES :=
# Where KEDA asks for slots, if not in our Prometheus.
PROMETHEUS_URL :=
# 1 records the effects of activities in the PostgreSQL that PROFILE=postgres and ha bring along.
LEDGER := 0
# A database of yours: host:port, the Secret in namespace temporal with its password, its user, TLS, the Secret with its authority.
DB_ADDRESS :=
DB_SECRET :=
DB_USER := temporal
DB_TLS := 0
DB_CA_SECRET :=
# For PROFILE=external: the frontend's host:port, Temporal's namespace, and files that open it; any of them turns TLS on.
ADDRESS :=
NAMESPACE :=
TLS := 0
TLS_CA :=
TLS_CERT :=
TLS_KEY :=
TLS_SERVER_NAME :=
API_KEY_FILE :=
# More values files for each release, separated by commas, and how long each may take to become ready.
TEMPORAL_VALUES :=
WORKER_VALUES :=
LOADTEST_VALUES :=
DEPLOY_TIMEOUT := 5m
# RECOVER=1 takes back a release that a killed deploy left half done; CONFIRM=context lets `make down` work on a cluster elsewhere.
RECOVER :=
CONFIRM :=

# The official chart: from its repository at this version, or TEMPORAL_CHART=path of a local copy.
# An exported one counts: it says where, and not what.
TEMPORAL_CHART ?=
TEMPORAL_CHART_REPOSITORY := https://go.temporal.io/helm-charts
TEMPORAL_CHART_VERSION := 1.6.0

# Loaded onto kind and minikube where Docker has them; else the cluster pulls them. The manifests and values name the same.
DEV_IMAGES := temporalio/temporal:1.9.1
SERVER_IMAGES := temporalio/server:1.31.2 temporalio/admin-tools:1.31.2 temporalio/ui:2.53.1
POSTGRES_IMAGE := postgres:17
PROMETHEUS_IMAGE := prom/prometheus:v3.16.0
GRAFANA_IMAGE := grafana/grafana:11.6.14

# For `make logs` and `make scale`.
WHAT := workers
TAIL := 50
FOLLOW :=
N :=

# A switch of 0 is one that is not given.
$(foreach name,FORCE NO_CLUSTER RECOVER FOLLOW,$(eval override $(name) := $$(filter-out 0,$$($(name)))))

# The scripts of k8s/run/ read these names from the environment.
export CLUSTER OWN_KUBECONFIG KIND_CONFIG KIND_NODE_IMAGE GIVEN_CONTEXT GIVEN_KUBECONFIG
export TEMPORAL_RELEASE TEMPORAL_KUBE_NAMESPACE WORKER_RELEASE WORKER_KUBE_NAMESPACE LOADTEST_RELEASE LOADTEST_KUBE_NAMESPACE
export MONITORING_KUBE_NAMESPACE TEMPORAL_SERVICE_ADDRESS TEMPORAL_NAMESPACE_NAME
export WORKER_IMAGE_LIMIT_MB REGISTRY FORCE NO_CLUSTER BUILD_ARGS
export PROFILE AUTOSCALE MONITORING GRAFANA PROMETHEUS_MEMORY MONITOR_LABELS RULES PROMETHEUS_URL LEDGER DB_ADDRESS DB_SECRET DB_USER DB_TLS DB_CA_SECRET
export ADDRESS NAMESPACE TLS TLS_CA TLS_CERT TLS_KEY TLS_SERVER_NAME API_KEY_FILE
export TEMPORAL_VALUES WORKER_VALUES LOADTEST_VALUES DEPLOY_TIMEOUT RECOVER CONFIRM
export TEMPORAL_CHART TEMPORAL_CHART_REPOSITORY TEMPORAL_CHART_VERSION
export WHAT TAIL FOLLOW N
export DEV_IMAGES SERVER_IMAGES POSTGRES_IMAGE PROMETHEUS_IMAGE GRAFANA_IMAGE

##@ A cluster

.PHONY: kind-up
kind-up: ## a kind cluster named temporal-kit, with a kubeconfig of its own
	@k8s/run/kind-up

.PHONY: kind-down
kind-down: ## delete that kind cluster
	@k8s/run/kind-down

.PHONY: minikube-up
minikube-up: ## the same with minikube
	@k8s/run/minikube-up

.PHONY: minikube-down
minikube-down: ## delete that minikube cluster
	@k8s/run/minikube-down

.PHONY: doctor
doctor: setup ## which tool is missing, which version is wanted, how to get it
	@$(BIN)/loadtest doctor

##@ Deploying

.PHONY: images
images: ## build both images, print their sizes, load them onto the cluster
	@k8s/run/images

.PHONY: sbom
sbom: ## list what is in both images, as SPDX in build/sbom; needs syft
	@SBOM_OUTPUT='$(SBOM_OUTPUT)' k8s/run/sbom

.PHONY: deploy
deploy: ## images, database, Temporal, monitoring, workers; ends when a workflow has finished
	@k8s/run/deploy

.PHONY: deploy-plan
deploy-plan: ## what deploy would bring, in its order, with which values files
	@k8s/run/deploy-plan

.PHONY: sweep
sweep: setup ## a sweep in the cluster: PLAN=file REPLICAS=1,2,4 INJECTORS=2; report in results/latest/
	@PLAN='$(or $(PLAN),loadtest/plans/demo.toml)' REPLICAS='$(REPLICAS)' INJECTORS='$(INJECTORS)' OUTPUT='$(OUTPUT)' k8s/run/sweep

.PHONY: locust
locust: ## Locust's web page in the cluster, at 127.0.0.1:8089 or the next port that is free; INJECTORS=1
	@INJECTORS='$(INJECTORS)' k8s/run/locust

.PHONY: status
status: ## what runs, and how much memory it takes
	@k8s/run/status

.PHONY: logs
logs: ## last lines of WHAT=workers, sweep, injectors, temporal, postgres, prometheus; FOLLOW=1
	@k8s/run/logs

.PHONY: scale
scale: ## run N=4 workers; refused where an autoscaler or a sweep owns their number
	@k8s/run/scale

.PHONY: open
open: ## forward Temporal, its UI, Prometheus, Grafana and Locust to 127.0.0.1
	@k8s/run/open

.PHONY: down
down: ## take everything off the cluster that deploy brought, results included; elsewhere with CONFIRM=context
	@k8s/run/down
