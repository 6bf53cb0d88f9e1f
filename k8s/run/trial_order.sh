# shellcheck shell=bash
# Sourced by deploy: takes one order through, since green pods prove little.

# A worker brings the order itself: its pod knows the address, the certificates, the codec's keys and the task queue.
# After a restart the server may say "not enough hosts" for ten seconds and more.
finish_a_workflow() {
  local worker id answer deadline=$((SECONDS + $(in_seconds "$DEPLOY_TIMEOUT"))) refused
  until worker=$(workers_deployment) && [[ -n "$worker" ]]; do
    if refusal_lasts "$WORKER_KUBE_NAMESPACE"; then fail_in "$WORKER_KUBE_NAMESPACE" "$WORKER_RELEASE: $refused"; fi
    if ((SECONDS > deadline)); then
      fail_in "$WORKER_KUBE_NAMESPACE" "$WORKER_RELEASE: no version is current within $DEPLOY_TIMEOUT: $(why_not "$WORKER_KUBE_NAMESPACE" "its controller says nothing; does Temporal's worker controller run?")"
    fi
    sleep 1
  done
  worker=deployment/$worker deadline=$((SECONDS + 120))
  if [[ "$(kc get "$worker" --namespace "$WORKER_KUBE_NAMESPACE" --output 'jsonpath={.spec.replicas}')" == 0 ]]; then
    echo "no order was tried: $worker has no worker now, and gets one when an order waits or somebody scales it"
    return
  fi
  if ! kc exec "$worker" --namespace "$WORKER_KUBE_NAMESPACE" -- sh -c 'command -v repairshop' >/dev/null 2>&1; then
    echo "no order was tried: no pod of $worker has \`repairshop\` in it"
    return
  fi
  while :; do
    id=probe-$(date +%s)
    # shellcheck disable=SC2016 # for the pod's shell
    if answer=$(kc exec "$worker" --namespace "$WORKER_KUBE_NAMESPACE" -- sh -c \
      'repairshop start --kind warranty --order-id "$0" --task-queue "${TEMPORAL_TASK_QUEUE:-${REPAIRSHOP_TASK_QUEUE:-repair-shop}}" >&2 &&
       for try in 1 2 3 4 5 6 7 8 9 10; do
         said=$(repairshop status "$0" 2>&1)
         case $said in *settled*) exit 0 ;; esac
         sleep 1
       done; echo "$said"; exit 1' "$id" 2>&1); then
      echo "a workflow has finished: repair-$id"
      return
    fi
    if ((SECONDS > deadline)); then
      fail_in "$WORKER_KUBE_NAMESPACE" "no workflow finished within 2 minutes of trying; the last answer: $(tail -n 1 <<<"$answer")"
    fi
    sleep 2
  done
}
