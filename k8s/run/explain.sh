# shellcheck shell=bash
# Sourced by the scripts beside it, with refusals.sh: why something does not become ready, the cause first.

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
  local pod container reason words
  # Of each pod: name, what which container waits for or ended with, why no node takes it.
  while IFS='|' read -r pod container reason words; do
    if [[ "$reason" == *CrashLoopBackOff* || "$reason" == *Error* ]]; then
      words="its last words: $(last_words "$1" "$pod" "$container")"
    fi
    echo "pod $pod is not ready: ${reason:-no node takes it}: $words"
    return
  done < <(kc get pods --namespace "$1" --output go-template-file=k8s/run/waiting.tpl 2>/dev/null)
  words=$(refused_pods "$1")
  if [[ -z "$words" ]]; then words=$(pods_that_wait "$1"); fi
  if [[ -n "$words" ]]; then
    echo "$words"
    return
  fi
  words=$(kc get workerdeployments --namespace "$1" --output go-template-file=k8s/run/rollouts.tpl 2>/dev/null | paste -s -d " " - || true)
  echo "${words:-$2}"
}

# last_words NAMESPACE POD CONTAINER: its last line; of Temporal's programs, whose last error is what the first one led to, the first.
last_words() {
  kc logs "$2" --namespace "$1" --container "$3" --tail 8 2>/dev/null | sed $'s/\x1b\\[[0-9;]*m//g' |
    awk '{last = $0} /\tERROR\t/ && !first {first = $0} END {print first ? first : last}' || true
}

# refused_pods NAMESPACE: what makes no pods, why, and what to do; such a pod is in no list.
refused_pods() {
  local words
  words=$(refused_now "$1" | head -n 1 | cut -d ' ' -f 3-)
  if [[ -n "$words" ]]; then with_mend "$1" "$words"; fi
}

# pods_that_wait NAMESPACE: what the last warning says of the first pod that has begun nothing, as of a Secret or ConfigMap that is missing.
pods_that_wait() {
  local pod said
  for pod in $(kc get pods --namespace "$1" --output 'jsonpath={range .items[?(@.status.phase=="Pending")]}{.metadata.name}{"\n"}{end}' 2>/dev/null || true); do
    said=$(kc get events --namespace "$1" --field-selector "type=Warning,involvedObject.name=$pod" --sort-by .lastTimestamp \
      --output 'jsonpath={.items[-1:].reason}: {.items[-1:].message}' 2>/dev/null | tr '\n' ' ' || true)
    if [[ -n "$said" && "$said" != ": " ]]; then
      echo "pod $pod is not ready: $said"
      return
    fi
  done
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
      # One container that has not begun would else keep the others' lines back.
      kc logs "$pod" --namespace "$1" --all-containers --ignore-errors --tail 8 | grep -v 'is waiting to start' || true
    fi
  done
}
