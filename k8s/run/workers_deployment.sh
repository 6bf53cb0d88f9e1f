# shellcheck shell=bash
# Sourced by the scripts beside it: which Deployment the workers are, whoever made it.

# of_workers PATH: of the WorkerDeployment, where Temporal's worker controller makes the workers; nothing where it does not.
of_workers() {
  kc get workerdeployment "$WORKER_RELEASE" --namespace "$WORKER_KUBE_NAMESPACE" --ignore-not-found --output "jsonpath={$1}" 2>/dev/null || true
}

# are_controlled: whether it does.
are_controlled() { [[ -n "$(of_workers .metadata.name)" ]]; }

# workers_deployment: the release's own, or that of the version that is current; nothing before one is.
workers_deployment() {
  if are_controlled; then of_workers .status.currentVersion.deployment.name; else echo "$WORKER_RELEASE"; fi
}

# tell_rollout: one line where a version receives no order yet, or not all.
tell_rollout() {
  local current target
  current=$(of_workers .status.currentVersion.buildID)
  target=$(of_workers .status.targetVersion.buildID)
  if [[ "$current" != "$target" ]]; then
    echo "$WORKER_RELEASE: version $target rolls out beside $current by itself; \`make status\` shows how far it is, and what keeps it"
  fi
}
