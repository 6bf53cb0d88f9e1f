# shellcheck shell=bash
# Sourced by the scripts beside it: which cluster is meant, and kubectl and helm bound to it.
#
# Without CONTEXT and KUBECONFIG only the project's own kubeconfig is read, in which nothing but `make kind-up` and
# `make minikube-up` writes. Every other cluster must be named by both, on make's command line.

set -euo pipefail

fail() {
  echo "error: $*" >&2
  exit 2
}

# need TOOL: ends with one line if a tool is missing.
need() {
  command -v "$1" >/dev/null || fail "$1: not found in PATH; \`make doctor\` says which version is wanted and how to get it"
}

# Docker's own words would come in the middle of a build, as if a Dockerfile were wrong.
check_registry() {
  [[ -z "${REGISTRY:-}" || "$REGISTRY" =~ ^[A-Za-z0-9.-]+(:[0-9]+)?(/[a-z0-9]+([._-]+[a-z0-9]+)*)*$ ]] ||
    fail "REGISTRY=$REGISTRY: no registry that an image can be named for; write REGISTRY=registry.example/team"
}

# Sets $context and $kubeconfig, or refuses.
choose_cluster() {
  if [[ -n "${GIVEN_CONTEXT:-}" || -n "${GIVEN_KUBECONFIG:-}" ]]; then
    [[ -n "${GIVEN_CONTEXT:-}" ]] ||
      fail "KUBECONFIG=$GIVEN_KUBECONFIG without CONTEXT: a cluster that is not kind's or minikube's is used only when both are given; add CONTEXT=name"
    [[ -n "${GIVEN_KUBECONFIG:-}" ]] ||
      fail "CONTEXT=$GIVEN_CONTEXT without KUBECONFIG: a cluster that is not kind's or minikube's is used only when both are given; add KUBECONFIG=path"
    [[ -r "$GIVEN_KUBECONFIG" ]] || fail "KUBECONFIG=$GIVEN_KUBECONFIG: no such file"
    kubeconfig=$GIVEN_KUBECONFIG context=$GIVEN_CONTEXT
  else
    kubeconfig=$OWN_KUBECONFIG
    [[ -r "$kubeconfig" ]] || fail "no cluster: write \`make kind-up\` (or minikube-up) first, or give CONTEXT=name and KUBECONFIG=path"
    need kubectl
    local all
    mapfile -t all < <(kubectl --kubeconfig "$kubeconfig" config get-contexts --output name)
    case ${#all[@]} in
      0) fail "no cluster: write \`make kind-up\` (or minikube-up) first, or give CONTEXT=name and KUBECONFIG=path" ;;
      1) context=${all[0]} ;;
      *) fail "$kubeconfig holds ${#all[@]} clusters (${all[*]}): say which by CONTEXT=name KUBECONFIG=$kubeconfig, or take one down" ;;
    esac
    [[ "$context" == "kind-$CLUSTER" || "$context" == "$CLUSTER" ]] ||
      fail "$kubeconfig: context $context was not made by kind-up or minikube-up; give CONTEXT=$context KUBECONFIG=$kubeconfig if it is meant"
  fi
}

kc() { kubectl --kubeconfig "$kubeconfig" --context "$context" "$@"; }
hm() { helm --kubeconfig "$kubeconfig" --kube-context "$context" "$@"; }

# Ends with one line if the cluster does not answer.
reach_cluster() {
  choose_cluster
  need kubectl
  local answer
  answer=$(kc get --raw /readyz --request-timeout 10s 2>&1) ||
    fail "cluster $context does not answer: $(tail -n 1 <<<"$answer"); is it running? (\`make kind-up\` starts one)"
}

is_kind() { [[ "$context" == kind-* ]]; }
is_minikube() { [[ "$context" == "$CLUSTER" ]]; }
# Clusters of this machine, whose nodes nobody else reaches. A name says nothing, as any cluster may be called kind-prod: they stand in
# our own kubeconfig, in which nothing but kind-up and minikube-up writes, or their API server listens on this machine.
is_local() {
  if ! is_kind && ! is_minikube; then return 1; fi
  if [[ "$kubeconfig" -ef "$OWN_KUBECONFIG" ]]; then return; fi
  local server
  server=$(kc config view --minify --output 'jsonpath={.clusters[0].cluster.server}' 2>/dev/null) || return 1
  [[ "$server" =~ ^https?://(127\.[0-9.]+|0\.0\.0\.0|localhost|\[::1?\])(:|/|$) ]]
}
