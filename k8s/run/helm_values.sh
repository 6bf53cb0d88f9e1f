# shellcheck shell=bash
# shellcheck disable=SC2153,SC2154 # NAMESPACE and its kind come from make; the rest is set by image_tags.sh, which deploy sources before this
# Sourced by deploy: with which values a release is installed.

# arguments_of NAME: sets $arguments: our values files, what is known only here as another one, and at last those that were given.
arguments_of() {
  local file computed=$IMAGE_CONTEXT/values-$1.yaml
  arguments=()
  while IFS= read -r file; do arguments+=(--values "$file"); done < <(values_of "$1")
  case $1 in
    "$TEMPORAL_RELEASE") database_values ;;
    "$WORKER_RELEASE")
      image_values "$worker_repository" "$worker_tag"
      temporal_values
      worker_values
      ;;
    "$LOADTEST_RELEASE")
      image_values "$loadtest_repository" "$loadtest_tag"
      temporal_values
      ;;
  esac >"$computed"
  arguments+=(--values "$computed")
  if [[ -n "$MONITOR_LABELS" ]]; then
    monitor_values "$1" >"${computed%.yaml}-monitor.yaml"
    arguments+=(--values "${computed%.yaml}-monitor.yaml")
  fi
  while IFS= read -r file; do arguments+=(--values "$file"); done < <(given_values_of "$1")
}

# text WORDS: as YAML, whatever is in it; a tag of digits alone stays a text.
text() { printf "'%s'" "${1//\'/\'\'}"; }

# image_values REPOSITORY TAG
image_values() { echo "image: {repository: $(text "$1"), tag: $(text "$2")}"; }

temporal_values() {
  echo "temporal:"
  if [[ "$PROFILE" != external ]]; then
    echo "  address: $(text "$TEMPORAL_SERVICE_ADDRESS")"
    echo "  namespace: $(text "$TEMPORAL_NAMESPACE_NAME")"
    return
  fi
  echo "  address: $(text "$ADDRESS")"
  echo "  namespace: $(text "$NAMESPACE")"
  if [[ -n "$API_KEY_FILE" ]]; then echo "  apiKey: {existingSecret: temporal-api-key}"; fi
  if [[ "$TLS" == 0 ]]; then return; fi
  echo "  tls:"
  echo "    enabled: true"
  if [[ -n "$TLS_SERVER_NAME" ]]; then echo "    serverName: $(text "$TLS_SERVER_NAME")"; fi
  if [[ -n "$TLS_CA" ]]; then echo "    ca: {existingSecret: temporal-ca}"; fi
  if [[ -n "$TLS_CERT" ]]; then echo "    clientCertificate: {existingSecret: temporal-client}"; fi
}

worker_values() {
  local credentials
  if [[ "$AUTOSCALE" == slots && -n "$PROMETHEUS_URL" ]]; then
    echo "autoscaling: {keda: {prometheus: {serverAddress: $(text "$PROMETHEUS_URL")}}}"
  fi
  # Other certificates start new workers; a sweep reads them when it starts.
  if [[ -n "$TLS_CA$TLS_CERT$API_KEY_FILE" ]]; then
    credentials=$(cat ${TLS_CA:+"$TLS_CA"} ${TLS_CERT:+"$TLS_CERT" "$TLS_KEY"} ${API_KEY_FILE:+"$API_KEY_FILE"} | sha256sum | cut -c 1-16)
    echo "podAnnotations: {temporal-kit/credentials: $(text "$credentials")}"
  fi
}

# monitor_values NAME: the labels of its monitors.
monitor_values() {
  local label labels=
  while IFS= read -r label; do labels+="${labels:+, }$(text "${label%%=*}"): $(text "${label#*=}")"; done < <(tr ',' '\n' <<<"$MONITOR_LABELS")
  if [[ "$1" == "$TEMPORAL_RELEASE" && "$PROFILE" != dev ]]; then
    echo "server: {metrics: {serviceMonitor: {additionalLabels: {$labels}}}}"
  else
    echo "metrics: {podMonitor: {labels: {$labels}}}"
  fi
}

database_values() {
  local store
  if [[ "$DATABASE" != theirs ]]; then return; fi
  printf 'server:\n  config:\n    persistence:\n      datastores:\n'
  for store in default visibility; do
    echo "        $store:"
    echo "          sql:"
    echo "            connectAddr: $(text "$DB_ADDRESS")"
    echo "            existingSecret: $(text "$DB_SECRET")"
    echo "            user: $(text "$DB_USER")"
    if [[ -n "$DB_CA_SECRET" ]]; then echo "            tls: {caFile: /etc/temporal-database/ca.crt}"; fi
  done
  if [[ -z "$DB_CA_SECRET" ]]; then return; fi
  # The server and its schema job, which runs with what the admin tools have.
  authority_values
  echo "admintools:"
  authority_values
}

authority_values() {
  echo "  additionalVolumes: [{name: database-ca, secret: {secretName: $(text "$DB_CA_SECRET")}}]"
  echo "  additionalVolumeMounts: [{name: database-ca, mountPath: /etc/temporal-database}]"
}

# The official chart is read once, so that an address that does not answer is said before anything is built.
fetch_official_chart() {
  official=$TEMPORAL_CHART
  if [[ -n "$official" || "$(lines_that_hold)" != *" official"* ]]; then return; fi
  local folder=$IMAGE_CONTEXT/chart said
  said=$(helm pull temporal --repo "$TEMPORAL_CHART_REPOSITORY" --version "$TEMPORAL_CHART_VERSION" --destination "$folder" 2>&1) ||
    fail "Temporal's chart $TEMPORAL_CHART_VERSION cannot be had from $TEMPORAL_CHART_REPOSITORY: $(tail -n 1 <<<"$said"); write TEMPORAL_CHART=path of a copy (github.com/temporalio/helm-charts, folder charts/temporal)"
  official=$(find "$folder" -name 'temporal-*.tgz')
}

# chart_at FROM: where a chart of k8s/deploy-order is.
chart_at() { if [[ "$1" == official ]]; then echo "$official"; else echo "$1"; fi; }

# Values that a chart refuses are said before an image is built.
render_releases() {
  local how namespace name from said
  while read -r how namespace name from; do
    if [[ "$how" != helm ]]; then continue; fi
    arguments_of "$name"
    said=$(helm template "$name" "$(chart_at "$from")" --namespace "$namespace" "${arguments[@]}" 2>&1 >/dev/null) ||
      fail "$name: the chart refuses these values: $(grep -v '^Use --debug' <<<"$said" | tail -n 3 | paste -s -d ' ' -)"
  done < <(lines_that_hold)
}
