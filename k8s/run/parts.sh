# shellcheck shell=bash
# shellcheck disable=SC2154 # set by cluster.sh and images.sh, which deploy sources before this
# Sourced by deploy: its refusals and its parts, in the order in which it calls them.

# The labels by which `make down` knows what is ours.
readonly OURS=app.kubernetes.io/part-of=temporal-kit

# apply FILE...: server-side, as dashboards are too long for the annotation that apply else writes.
apply() {
  local file
  for file in "$@"; do
    kc apply --server-side --force-conflicts --field-manager temporal-kit --filename "$file" >/dev/null
  done
}

# Official chart and development server keep their state in different places: no upgrade leads from one to the other.
refuse_other_profile() {
  local chart
  chart=$(release_field "$TEMPORAL_RELEASE" "$TEMPORAL_KUBE_NAMESPACE" chart)
  case "$PROFILE:$chart" in
    *: | dev:temporal-dev-*) ;;
    dev:*) fail "PROFILE=dev: $context runs the official chart ($chart); write \`make down deploy PROFILE=dev\`" ;;
    *:temporal-dev-*) fail "PROFILE=$PROFILE: $context runs the development server; write \`make down deploy PROFILE=$PROFILE\`" ;;
  esac
}

refuse_missing_addons() {
  local crds
  crds=$(kc get customresourcedefinitions --output name)
  case $AUTOSCALE in
    cpu)
      kc get --raw /apis/metrics.k8s.io/v1beta1 >/dev/null 2>&1 ||
        fail "AUTOSCALE=cpu: metrics.k8s.io is not served; install metrics-server, as k8s/README.md says"
      ;;
    backlog | slots)
      grep --quiet scaledobjects.keda.sh <<<"$crds" ||
        fail "AUTOSCALE=$AUTOSCALE: the cluster knows no ScaledObject; install KEDA, as k8s/README.md says"
      ;;
  esac
  if [[ "$AUTOSCALE" == slots && "$MONITORING" == none ]]; then
    fail "AUTOSCALE=slots MONITORING=none: KEDA asks a Prometheus for the slots in use; leave MONITORING at manifests"
  fi
  if [[ "$MONITORING" == operator ]] && ! grep --quiet podmonitors.monitoring.coreos.com <<<"$crds"; then
    fail "MONITORING=operator: the cluster knows no PodMonitor; install the Prometheus operator, as k8s/README.md says"
  fi
}

# `make down` deletes namespaces: one that was there before us must never become ours by a label.
refuse_foreign_namespaces() {
  local namespace label ours=("$TEMPORAL_KUBE_NAMESPACE" "$WORKER_KUBE_NAMESPACE" "$LOADTEST_KUBE_NAMESPACE")
  if [[ "$MONITORING" == manifests ]]; then ours+=("$MONITORING_KUBE_NAMESPACE"); fi
  for namespace in "${ours[@]}"; do
    label=$(kc get namespace "$namespace" --ignore-not-found --output 'jsonpath={.metadata.name} {.metadata.labels.app\.kubernetes\.io/part-of}')
    if [[ -n "$label" && "$label" != "$namespace temporal-kit" ]]; then
      fail "namespace $namespace exists on $context and was not made by this project; delete or rename it, it will not be touched$(hint_of "$namespace")"
    fi
  done
}

hint_of() {
  if [[ "$1" == "$MONITORING_KUBE_NAMESPACE" ]]; then echo "; if a Prometheus operator lives there, write MONITORING=operator"; fi
}

third_party_images() {
  case $PROFILE in
    dev) echo "$DEV_IMAGES" ;;
    *) echo "$SERVER_IMAGES" ;;
  esac
  if [[ "$PROFILE" != dev && -z "$DB_ADDRESS" ]]; then echo "$POSTGRES_IMAGE"; fi
  if [[ "$MONITORING" == manifests ]]; then
    echo "$PROMETHEUS_IMAGE"
    if [[ "$GRAFANA" == 1 ]]; then echo "$GRAFANA_IMAGE"; fi
  fi
}

# An image of ours that no node has cannot be pulled from anywhere: better said here than by a pod that never starts.
refuse_images_not_loaded() {
  if [[ -n "$REGISTRY" ]]; then return; fi
  local image known
  known=$(kc get nodes --output 'jsonpath={range .items[*].status.images[*]}{.names}{"\n"}{end}')
  for image in "$worker_image" "$loadtest_image"; do
    # A node reports its images every few seconds, and at most 50 of them.
    if ! grep --quiet --fixed-strings "$image" <<<"$known" && ! on_a_node "$image"; then
      fail "$image is on no node of $context; write \`make images\`"
    fi
  done
}

# on_a_node IMAGE: asks the nodes themselves, where this machine can.
on_a_node() {
  if is_kind; then
    docker exec "$(kind get nodes --name "${context#kind-}" | head -n 1)" crictl inspecti "$1" >/dev/null 2>&1
  else
    minikube image ls --profile "$CLUSTER" | grep --quiet --fixed-strings "$1"
  fi
}

# secret_once NAMESPACE NAME KEY: with a random text, unless it is there. The text goes through pipes only.
secret_once() {
  if ! kc get secret "$2" --namespace "$1" >/dev/null 2>&1; then
    head --bytes 24 /dev/urandom | od --address-radix n --format x1 | tr --delete ' \n' |
      kc create secret generic "$2" --namespace "$1" --from-file "$3=/dev/stdin" >/dev/null
    kc label secret "$2" --namespace "$1" "$OURS" >/dev/null
  fi
}

# config_map NAMESPACE NAME FILE...
config_map() {
  local namespace=$1 name=$2 file from=()
  shift 2
  for file in "$@"; do if [[ -f "$file" ]]; then from+=(--from-file "$file"); fi; done
  kc create configmap "$name" --namespace "$namespace" "${from[@]}" --dry-run=client --output yaml |
    kc label --local --filename - "$OURS" grafana_dashboard=1 --output yaml |
    kc apply --server-side --force-conflicts --field-manager temporal-kit --filename - >/dev/null
}

deploy_monitoring() {
  apply k8s/monitoring/namespace.yaml
  apply k8s/monitoring/rbac.yaml
  config_map "$MONITORING_KUBE_NAMESPACE" prometheus k8s/monitoring/prometheus.yml
  config_map "$MONITORING_KUBE_NAMESPACE" prometheus-rules dashboards/rules/rules.yaml
  sed "s/CONFIGURATION/$(fingerprint k8s/monitoring/prometheus.yml dashboards/rules/rules.yaml)/" k8s/monitoring/prometheus.yaml | apply -
  if [[ "$GRAFANA" == 1 ]]; then
    secret_once "$MONITORING_KUBE_NAMESPACE" grafana-admin password
    config_map "$MONITORING_KUBE_NAMESPACE" grafana-dashboards dashboards/json/*.json
    sed "s/CONFIGURATION/$(fingerprint k8s/monitoring/grafana.yaml dashboards/json)/" k8s/monitoring/grafana.yaml | apply -
  fi
  wait_for "$MONITORING_KUBE_NAMESPACE" deployment/prometheus
}

# The operator's Prometheus and its Grafana find these in every namespace; theirs is not ours to write to.
deploy_rules_for_operator() {
  kc apply --server-side --force-conflicts --field-manager temporal-kit --namespace "$TEMPORAL_KUBE_NAMESPACE" \
    --filename dashboards/rules/prometheus-rule.yaml >/dev/null
  config_map "$TEMPORAL_KUBE_NAMESPACE" grafana-dashboards dashboards/json/*.json
}

# wait_for NAMESPACE OBJECT
wait_for() {
  local deadline=$((SECONDS + $(in_seconds "$DEPLOY_TIMEOUT")))
  # An object that failed before is still said to have failed until its controller has seen the new one.
  until kc rollout status "$2" --namespace "$1" --timeout "$((deadline > SECONDS ? deadline - SECONDS : 1))s" >/dev/null 2>&1; do
    if ((SECONDS >= deadline)); then
      explain "$1" >&2
      fail "$2: not ready within $DEPLOY_TIMEOUT; its pods and their last events and lines stand above"
    fi
    sleep 1
  done
}

# in_seconds 90s|5m
in_seconds() {
  case $1 in
    *m) echo $((${1%m} * 60)) ;;
    *) echo "${1%s}" ;;
  esac
}

deploy_postgres() {
  secret_once "$TEMPORAL_KUBE_NAMESPACE" temporal-db password
  apply k8s/postgres/init.yaml k8s/postgres/networkpolicy.yaml k8s/postgres/service.yaml k8s/postgres/statefulset.yaml
  wait_for "$TEMPORAL_KUBE_NAMESPACE" statefulset/postgres
  echo "postgres: ready"
}

deploy_temporal() {
  local arguments=() file
  if [[ "$PROFILE" == dev ]]; then
    arguments=(charts/temporal-dev)
    if is_local; then arguments+=(--set web.service.type=NodePort --set web.service.nodePort=30233); fi
    if [[ "$MONITORING" == operator ]]; then arguments+=(--set metrics.annotations=false --set metrics.podMonitor.enabled=true); fi
  else
    # A path, a packed chart or the name that --repo knows.
    if [[ -n "$TEMPORAL_CHART" ]]; then
      [[ -e "$TEMPORAL_CHART" ]] || fail "TEMPORAL_CHART=$TEMPORAL_CHART: no such chart; leave it empty for $TEMPORAL_CHART_REPOSITORY"
      arguments=("$TEMPORAL_CHART")
    else
      arguments=(temporal --repo "$TEMPORAL_CHART_REPOSITORY" --version "$TEMPORAL_CHART_VERSION")
    fi
    arguments+=(--values charts/temporal/base.yaml)
    if is_local; then arguments+=(--values charts/temporal/kind.yaml); fi
    if [[ "$PROFILE" == ha ]]; then arguments+=(--values charts/temporal/ha.yaml); fi
    if [[ "$MONITORING" == operator ]]; then arguments+=(--values charts/temporal/operator.yaml); fi
    if [[ -n "$DB_ADDRESS" ]]; then
      kc get secret "$DB_SECRET" --namespace "$TEMPORAL_KUBE_NAMESPACE" >/dev/null 2>&1 ||
        fail "DB_SECRET=$DB_SECRET: no such Secret in namespace $TEMPORAL_KUBE_NAMESPACE; make it with an entry \`password\`"
      for store in default visibility; do
        arguments+=(--set "server.config.persistence.datastores.$store.sql.connectAddr=$DB_ADDRESS")
        arguments+=(--set "server.config.persistence.datastores.$store.sql.existingSecret=$DB_SECRET")
      done
    fi
  fi
  for file in $TEMPORAL_VALUES; do arguments+=(--values "$file"); done
  release "$TEMPORAL_RELEASE" "$TEMPORAL_KUBE_NAMESPACE" "${arguments[@]}"
}

deploy_workers() {
  local arguments=(--set "image.repository=$worker_repository" --set "image.tag=$worker_tag"
    --set "temporal.address=$TEMPORAL_SERVICE_ADDRESS" --set "temporal.namespace=$TEMPORAL_NAMESPACE_NAME") file
  # Helm makes the new before it removes the old, and KEDA refuses a Deployment that an autoscaler still owns.
  if [[ "$AUTOSCALE" == backlog || "$AUTOSCALE" == slots ]]; then
    kc delete horizontalpodautoscaler "$WORKER_RELEASE" --namespace "$WORKER_KUBE_NAMESPACE" --ignore-not-found >/dev/null
  fi
  case $AUTOSCALE in
    none) ;;
    cpu) arguments+=(--set autoscaling.cpu.enabled=true) ;;
    backlog) arguments+=(--set autoscaling.keda.enabled=true --set autoscaling.keda.trigger=temporal) ;;
    slots) arguments+=(--set autoscaling.keda.enabled=true --set autoscaling.keda.trigger=prometheus --set autoscaling.keda.prometheus.signal=slots) ;;
  esac
  if [[ "$MONITORING" == operator ]]; then arguments+=(--set metrics.annotations=false --set metrics.podMonitor.enabled=true); fi
  if [[ "$LEDGER" == 1 ]]; then
    ledger_secret
    arguments+=(--values k8s/postgres/ledger-values.yaml)
  fi
  for file in $WORKER_VALUES; do arguments+=(--values "$file"); done
  release "$WORKER_RELEASE" "$WORKER_KUBE_NAMESPACE" charts/repair-worker "${arguments[@]}"
}

# The workers' way to the ledger, made from the database's password without showing it.
ledger_secret() {
  if ! kc get secret repair-ledger --namespace "$WORKER_KUBE_NAMESPACE" >/dev/null 2>&1; then
    {
      printf 'postgresql://temporal:'
      kc get secret temporal-db --namespace "$TEMPORAL_KUBE_NAMESPACE" --output 'jsonpath={.data.password}' | base64 --decode
      printf '@postgres.%s.svc.cluster.local:5432/ledger' "$TEMPORAL_KUBE_NAMESPACE"
    } | kc create secret generic repair-ledger --namespace "$WORKER_KUBE_NAMESPACE" --from-file url=/dev/stdin >/dev/null
    kc label secret repair-ledger --namespace "$WORKER_KUBE_NAMESPACE" "$OURS" >/dev/null
  fi
}

# The server's /metrics, read by the sweep: each address of a headless Service is a page.
server_pages() {
  local part
  if [[ "$PROFILE" == dev ]]; then
    echo "http://temporal-server-headless.$TEMPORAL_KUBE_NAMESPACE.svc.cluster.local:9090/metrics"
  else
    for part in frontend history matching worker; do
      echo "http://temporal-$part-headless.$TEMPORAL_KUBE_NAMESPACE.svc.cluster.local:9090/metrics"
    done
  fi
}

deploy_loadtest() {
  local arguments=(--set "image.repository=$loadtest_repository" --set "image.tag=$loadtest_tag"
    --set "temporal.address=$TEMPORAL_SERVICE_ADDRESS" --set "temporal.namespace=$TEMPORAL_NAMESPACE_NAME" --set "server.metrics={$(server_pages | paste --serial --delimiters ,)}") file
  if is_local; then arguments+=(--values k8s/kind/loadtest-values.yaml); fi
  for file in $LOADTEST_VALUES; do arguments+=(--values "$file"); done
  # The results' volume is bound by the first sweep, so helm would wait for it in vain.
  helm_waits=0 release "$LOADTEST_RELEASE" "$LOADTEST_KUBE_NAMESPACE" charts/loadtest "${arguments[@]}"
}

# Green pods prove little: after a restart the server may say "not enough hosts" for ten seconds and more.
finish_a_workflow() {
  local server=deployment/temporal-admintools answer deadline=$((SECONDS + 120)) id
  if [[ "$PROFILE" == dev ]]; then server=deployment/temporal; fi
  while :; do
    id=probe-$(date +%s)
    if answer=$(kc exec "$server" --namespace "$TEMPORAL_KUBE_NAMESPACE" -- env HOME=/tmp temporal workflow execute \
      --address "$TEMPORAL_SERVICE_ADDRESS" --namespace "$TEMPORAL_NAMESPACE_NAME" --type RepairWorkflow --task-queue repair-shop \
      --workflow-id "repair-$id" --execution-timeout 30s --input "{\"order_id\": \"$id\"}" 2>&1); then
      echo "a workflow has finished: repair-$id"
      return
    fi
    if ((SECONDS > deadline)); then
      echo "$answer" >&2
      explain "$WORKER_KUBE_NAMESPACE" >&2
      fail "no workflow finished within 2 minutes of trying; the last answer, the workers and their last lines stand above"
    fi
    sleep 2
  done
}

is_local() { is_kind || [[ "$context" == "$CLUSTER" ]]; }
