# shellcheck shell=bash
# shellcheck disable=SC2153,SC2154 # NAMESPACE and its kind come from make; the rest is set by images.sh, which deploy sources before this
# Sourced by deploy: what a release is given beside its values files, as this is known only here.

# arguments_of NAME: sets $arguments.
arguments_of() {
  local file tls_key
  arguments=()
  while IFS= read -r file; do arguments+=(--values "$file"); done < <(values_of "$1")
  case $1 in
    "$TEMPORAL_RELEASE")
      if [[ "$DATABASE" == theirs ]]; then database_arguments; fi
      return
      ;;
    # Always as text: a tag of digits alone would else become a number.
    "$WORKER_RELEASE") arguments+=(--set-string "image.repository=$worker_repository" --set-string "image.tag=$worker_tag") ;;
    "$LOADTEST_RELEASE") arguments+=(--set-string "image.repository=$loadtest_repository" --set-string "image.tag=$loadtest_tag") ;;
  esac
  if [[ "$1 $AUTOSCALE" == "$WORKER_RELEASE slots" && -n "$PROMETHEUS_URL" ]]; then
    arguments+=(--set-string "autoscaling.keda.prometheus.serverAddress=$PROMETHEUS_URL")
  fi
  if [[ "$PROFILE" != external ]]; then
    arguments+=(--set-string "temporal.address=$TEMPORAL_SERVICE_ADDRESS" --set-string "temporal.namespace=$TEMPORAL_NAMESPACE_NAME")
    return
  fi
  arguments+=(--set-string "temporal.address=$ADDRESS" --set-string "temporal.namespace=$NAMESPACE")
  if [[ "$TLS" == 1 ]]; then arguments+=(--set temporal.tls.enabled=true); fi
  if [[ -n "$TLS_SERVER_NAME" ]]; then arguments+=(--set-string "temporal.tls.serverName=$TLS_SERVER_NAME"); fi
  if [[ -n "$TLS_CA" ]]; then arguments+=(--set-string temporal.tls.ca.existingSecret=temporal-ca); fi
  if [[ -n "$TLS_CERT" ]]; then arguments+=(--set-string temporal.tls.clientCertificate.existingSecret=temporal-client); fi
  if [[ -n "$API_KEY_FILE" ]]; then arguments+=(--set-string temporal.apiKey.existingSecret=temporal-api-key); fi
  # Other certificates start new workers; a sweep reads them when it starts.
  if [[ "$1" == "$WORKER_RELEASE" && -n "$TLS_CA$TLS_CERT$API_KEY_FILE" ]]; then
    tls_key=$(cat ${TLS_CA:+"$TLS_CA"} ${TLS_CERT:+"$TLS_CERT" "$TLS_KEY"} ${API_KEY_FILE:+"$API_KEY_FILE"} | sha256sum | cut -c 1-16)
    arguments+=(--set-string "podAnnotations.temporal-kit/credentials=$tls_key")
  fi
}

database_arguments() {
  local store
  for store in default visibility; do
    store=server.config.persistence.datastores.$store.sql
    arguments+=(--set-string "$store.connectAddr=$DB_ADDRESS" --set-string "$store.existingSecret=$DB_SECRET" --set-string "$store.user=$DB_USER")
    if [[ -n "$DB_CA_SECRET" ]]; then arguments+=(--set "$store.tls.caFile=/etc/temporal-database/ca.crt"); fi
  done
  if [[ -z "$DB_CA_SECRET" ]]; then return; fi
  for store in server admintools; do
    arguments+=(--set "$store.additionalVolumes[0].name=database-ca" --set-string "$store.additionalVolumes[0].secret.secretName=$DB_CA_SECRET"
      --set "$store.additionalVolumeMounts[0].name=database-ca" --set "$store.additionalVolumeMounts[0].mountPath=/etc/temporal-database")
  done
}

# The official chart is read once, so that an address that does not answer is said before anything is built.
fetch_official_chart() {
  official=$TEMPORAL_CHART
  if [[ -n "$official" ]] || ! lines_that_hold | grep -q '^helm .* official$'; then return; fi
  local folder=$IMAGE_CONTEXT/chart said
  said=$(helm pull temporal --repo "$TEMPORAL_CHART_REPOSITORY" --version "$TEMPORAL_CHART_VERSION" --destination "$folder" 2>&1) ||
    fail "Temporal's chart $TEMPORAL_CHART_VERSION cannot be had from $TEMPORAL_CHART_REPOSITORY: $(tail -n 1 <<<"$said"); write TEMPORAL_CHART=path of a copy (github.com/temporalio/helm-charts, folder charts/temporal)"
  official=$(find "$folder" -name 'temporal-*.tgz')
}

# chart_at FROM: where a chart of k8s/order is.
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
