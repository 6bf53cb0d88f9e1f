# shellcheck shell=bash
# Sourced by the scripts beside it: why something does not become ready, the cause first.

# fail_in NAMESPACE WORDS: ends with one line that names the cause, followed by what the pods of the namespace say.
fail_in() {
  local namespace=$1
  shift
  echo "error: $*" >&2
  explain "$namespace" >&2
  exit 2
}

# why_not NAMESPACE OTHERWISE: what keeps the first pod that is not ready from it, pods from being made, or a version from receiving
# orders; else OTHERWISE.
why_not() {
  local pod reason words
  # Of each pod: name, whether it is ready, what a container waits for or ended with, why no node takes it.
  while IFS='|' read -r pod reason words; do
    if [[ "$reason" == *CrashLoopBackOff* || "$reason" == *Error* ]]; then
      words="its last words: $(kc logs "$pod" --namespace "$1" --all-containers --tail 1 2>/dev/null | tail -n 1)"
    fi
    echo "pod $pod is not ready: ${reason:-no node takes it}: $words"
    return
  done < <(kc get pods --namespace "$1" --output go-template-file=k8s/run/waiting.tpl 2>/dev/null)
  words=$(refused_pods "$1")
  if [[ -n "$words" ]]; then
    echo "$words"
    return
  fi
  words=$(kc get workerdeployments --namespace "$1" --output go-template-file=k8s/run/rollouts.tpl 2>/dev/null | paste -s -d " " - || true)
  echo "${words:-$2}"
}

# refused_pods NAMESPACE: what makes no pods, as for a quota, and why; such a pod is in no list. Of Deployments it is known whether that
# holds now, and of others their last event.
refused_pods() {
  {
    kc get events --namespace "$1" --field-selector reason=FailedCreate --sort-by .lastTimestamp --output go-template-file=k8s/run/refused.tpl
    kc get deployments --namespace "$1" --output go-template-file=k8s/run/refused.tpl
  } 2>/dev/null | tail -n 1 || true
}

# explain NAMESPACE: what its pods say of themselves, for people who look for the reason.
explain() {
  echo "--- pods of $1"
  kc get pods --namespace "$1" --output wide || true
  echo "--- last warnings of $1"
  kc get events --namespace "$1" --field-selector type=Warning --sort-by .lastTimestamp | tail -n 10 || true
  local pod
  for pod in $(kc get pods --namespace "$1" --output 'jsonpath={range .items[?(@.status.phase!="Succeeded")]}{.metadata.name}{"\n"}{end}' || true); do
    if [[ "$(kc get pod "$pod" --namespace "$1" --output 'jsonpath={.status.conditions[?(@.type=="Ready")].status}')" != True ]]; then
      echo "--- last lines of $pod"
      kc logs "$pod" --namespace "$1" --all-containers --tail 8 || true
    fi
  done
}
