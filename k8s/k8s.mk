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
TEMPORAL_SERVICE_ADDRESS := temporal-frontend.temporal.svc.cluster.local:7233
TEMPORAL_NAMESPACE_NAME := default

# Both must be given, on make's command line (an exported KUBECONFIG does not count), for a cluster that is not kind's or minikube's.
GIVEN_CONTEXT := $(if $(findstring command line,$(origin CONTEXT)),$(CONTEXT))
GIVEN_KUBECONFIG := $(if $(findstring command line,$(origin KUBECONFIG)),$(KUBECONFIG))

WORKER_IMAGE_LIMIT_MB := 260
# Given on the command line where wanted: REGISTRY=host/path to push to, FORCE=1 to build what is there, NO_CLUSTER=1 to load nothing.
REGISTRY ?=
FORCE ?=
NO_CLUSTER ?=

# The scripts of k8s/run/ read these names from the environment.
export CLUSTER OWN_KUBECONFIG KIND_CONFIG KIND_NODE_IMAGE GIVEN_CONTEXT GIVEN_KUBECONFIG
export TEMPORAL_RELEASE TEMPORAL_KUBE_NAMESPACE WORKER_RELEASE WORKER_KUBE_NAMESPACE LOADTEST_RELEASE LOADTEST_KUBE_NAMESPACE
export MONITORING_KUBE_NAMESPACE TEMPORAL_SERVICE_ADDRESS TEMPORAL_NAMESPACE_NAME
export WORKER_IMAGE_LIMIT_MB REGISTRY FORCE NO_CLUSTER

##@ A cluster

.PHONY: kind-up
kind-up: ## a kind cluster named temporal-kit, with a kubeconfig of its own
	@k8s/run/kind-up

.PHONY: kind-down
kind-down: ## delete that kind cluster
	@k8s/run/kind-down

##@ Deploying

.PHONY: images
images: ## build both images, print their sizes, load them onto the cluster
	@k8s/run/images
