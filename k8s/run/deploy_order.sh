# shellcheck shell=bash
# shellcheck disable=SC2154 # set by the scripts that deploy sources before it carries the lines out
# Sourced by the scripts beside it: which lines of k8s/deploy-order hold, and how each is carried out.

# holds CONDITION...: whether each NAME=a,b names the variable's value.
holds() {
  local condition value choice
  for condition in "$@"; do
    value=${condition%%=*}
    value=${!value}
    for choice in ${condition#*=}; do
      # Choices are separated by commas, and none of them holds a blank.
      case ",$choice," in *",$value,"*) continue 2 ;; esac
    done
    return 1
  done
}

# lines_that_hold: each as `how namespace name from`.
lines_that_hold() {
  local how namespace name from conditions
  while read -r how namespace name from conditions; do
    case $how in '' | '#'*) continue ;; esac
    if [[ "$name" == rules && -n "$RULES" ]]; then from=$RULES; fi
    # shellcheck disable=SC2086 # several conditions
    if holds $conditions; then echo "$how $namespace $name $from"; fi
  done <k8s/deploy-order
}

# values_of NAME: our values files of a release, one a line.
values_of() {
  local how name from
  lines_that_hold | while read -r how _ name from; do
    if [[ "$how $name" == "values $1" ]]; then echo "$from"; fi
  done
}

# given_values_of NAME: those that were given, one a line; as with helm, commas separate several, and a path may hold blanks.
given_values_of() {
  local given
  case $1 in
    "$TEMPORAL_RELEASE") given=$TEMPORAL_VALUES ;;
    "$WORKER_RELEASE") given=$WORKER_VALUES ;;
    "$LOADTEST_RELEASE") given=$LOADTEST_VALUES ;;
  esac
  if [[ -n "$given" ]]; then tr ',' '\n' <<<"$given"; fi
}

# apply_part NAMESPACE NAME FROM: server-side, as dashboards are too long for the annotation that apply else writes.
apply_part() {
  local what=(--filename "$3") where=() labels said file
  if [[ -d "$3" ]]; then what=(--kustomize "$3"); fi
  if [[ "$1" != - ]]; then where=(--namespace "$1"); fi
  file=$IMAGE_CONTEXT/$2.yaml
  if [[ "$2" == rules && -n "$MONITOR_LABELS" ]]; then
    mapfile -t labels < <(tr ',' '\n' <<<"$MONITOR_LABELS")
    kc label --local --overwrite --filename "$3" --output yaml "${labels[@]}" >"$file"
    what=(--filename "$file")
  elif [[ "$2" == prometheus ]]; then
    kc kustomize "$3" | sed "s/memory: 768Mi$/memory: $PROMETHEUS_MEMORY/" >"$file"
    what=(--filename "$file")
  fi
  said=$(kc apply --server-side --force-conflicts --field-manager temporal-kit "${where[@]}" "${what[@]}" 2>&1) ||
    fail "$3: not applied: $(grep -v '^[a-z./]* serverside-applied' <<<"$said" | tail -n 1)"
  # A generated ConfigMap has a new name for each content; this is the one that counts.
  maps+=" $(sed -n 's/^configmap\/\([^ ]*\) .*/\1/p' <<<"$said")"
}

# drop_old_maps: the generated ConfigMaps that nothing uses any more.
drop_old_maps() {
  local namespace name old
  for namespace in "$MONITORING_KUBE_NAMESPACE" "$WORKER_KUBE_NAMESPACE"; do
    for name in $maps; do
      if [[ ! "$name" =~ -[a-z0-9]{10}$ ]]; then continue; fi
      for old in $(kc get configmaps --namespace "$namespace" --selector "$OURS" --output name 2>/dev/null); do
        old=${old#configmap/}
        if [[ "$old" =~ ^"${name%-*}"-[a-z0-9]{10}$ && " $maps " != *" $old "* ]]; then
          kc delete configmap "$old" --namespace "$namespace" >/dev/null
        fi
      done
    done
  done
}

# wait_for NAMESPACE OBJECT
wait_for() {
  local refused
  if ! rolled_out "$1" "$2" "$(in_seconds "$DEPLOY_TIMEOUT")"; then
    if [[ -n "$refused" ]]; then fail_in "$1" "$2: $refused"; fi
    fail_in "$1" "$2: not ready within $DEPLOY_TIMEOUT: $(why_not "$1" "its pods are; see its events")"
  fi
  echo "${2#*/}: ready"
}

# in_seconds 90s|5m
in_seconds() {
  case $1 in
    *m) echo $((${1%m} * 60)) ;;
    *) echo "${1%s}" ;;
  esac
}

# install_release NAMESPACE NAME FROM
install_release() {
  case $2 in
    "$WORKER_RELEASE")
      if [[ "$LEDGER" == 1 ]]; then ledger_secret; fi
      # Helm makes the new before it removes the old, and KEDA refuses a Deployment that an autoscaler still owns.
      if [[ "$AUTOSCALE" == backlog || "$AUTOSCALE" == slots ]]; then
        kc delete horizontalpodautoscaler "$WORKER_RELEASE" --namespace "$1" --ignore-not-found >/dev/null
      fi
      ;;
  esac
  if [[ "$PROFILE" == external ]]; then remote_secrets "$1"; fi
  arguments_of "$2"
  local waits=1
  # Nothing of the load test runs before a sweep, and with `results.bindAtOnce=false` the first one binds its volume. A WorkerDeployment
  # is ready when its ramp is over, which takes as long as its steps and may never come, and helm waits for that or not, as its first
  # look falls.
  if [[ "$2" == "$LOADTEST_RELEASE" || "$(helm template "$2" "$(chart_at "$3")" --namespace "$1" "${arguments[@]}")" == *$'\nkind: WorkerDeployment\n'* ]]; then
    waits=0
  fi
  helm_waits=$waits release "$2" "$1" "$(chart_at "$3")" "${arguments[@]}"
}

# Does all lines that hold, one after the other.
carry_out() {
  local lines line how namespace name from
  maps=
  mapfile -t lines < <(lines_that_hold)
  # shellcheck disable=SC2046 # one word for each
  begin_refusals $(printf '%s\n' "${lines[@]}" | awk '$2 != "-" {print $2}' | sort -u)
  for line in "${lines[@]}"; do
    read -r how namespace name from <<<"$line"
    case $how in
      apply) apply_part "$namespace" "$name" "$from" ;;
      secret) secret_once "$namespace" "$name" "$from" ;;
      wait) wait_for "$namespace" "$from" ;;
      helm) install_release "$namespace" "$name" "$from" ;;
      values) ;; # read with its release
      *) fail "k8s/deploy-order: $how: no such thing to do; there are: apply secret wait values helm" ;;
    esac
  done
  drop_old_maps
}
