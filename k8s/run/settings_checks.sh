# shellcheck shell=bash
# shellcheck disable=SC2034 # what is set here is read by deploy_order.sh
# Sourced by the scripts beside it: refuses settings that cannot work, whatever the cluster.

# one_of NAME CHOICE...
one_of() {
  local name=$1 choice
  shift
  for choice in "$@"; do [[ "${!name}" != "$choice" ]] || return 0; done
  fail "$name=${!name}: no such choice; there are: $*"
}

# readable NAME: the file that a variable names, if it names one.
readable() {
  [[ -z "${!1}" || -r "${!1}" ]] || fail "$1=${!1}: no such file"
}

check_settings() {
  one_of PROFILE postgres dev ha external
  one_of AUTOSCALE none cpu backlog slots
  one_of GRAFANA 0 1
  one_of MONITORING manifests operator none
  one_of LEDGER 0 1
  one_of DB_TLS 0 1
  one_of TLS 0 1
  check_registry
  check_database
  check_remote
  [[ "$DEPLOY_TIMEOUT" =~ ^[1-9][0-9]*[sm]$ ]] || fail "DEPLOY_TIMEOUT=$DEPLOY_TIMEOUT: expected seconds or minutes; write 90s or 5m"
  if [[ "$AUTOSCALE" == slots && -z "$PROMETHEUS_URL" ]]; then
    case $MONITORING in
      none) fail "AUTOSCALE=slots MONITORING=none: KEDA asks a Prometheus for the slots in use; leave MONITORING at manifests, or give PROMETHEUS_URL=http://host:9090" ;;
      operator) fail "AUTOSCALE=slots MONITORING=operator: KEDA must know where your Prometheus answers; write PROMETHEUS_URL=http://prometheus-operated.monitoring.svc:9090, or what its Service is called" ;;
    esac
  fi
  [[ -z "$PROMETHEUS_URL" || "$PROMETHEUS_URL" =~ ^https?://[^/]+ ]] ||
    fail "PROMETHEUS_URL=$PROMETHEUS_URL: expected an address; write http://prometheus-operated.monitoring.svc:9090"
  check_monitors
  [[ -z "$TEMPORAL_CHART" || -e "$TEMPORAL_CHART" ]] ||
    fail "TEMPORAL_CHART=$TEMPORAL_CHART: no such chart; leave it empty for $TEMPORAL_CHART_REPOSITORY"
  local list file
  for list in TEMPORAL_VALUES WORKER_VALUES LOADTEST_VALUES; do
    while IFS= read -r file; do
      [[ -z "$file" || -r "$file" ]] || fail "$list: $file: no such values file; several are separated by commas"
    done < <(tr ',' '\n' <<<"${!list}")
  done
}

# The memory of our Prometheus, and what one of others picks.
check_monitors() {
  [[ "$PROMETHEUS_MEMORY" =~ ^[1-9][0-9]*(Mi|Gi)$ ]] || fail "PROMETHEUS_MEMORY=$PROMETHEUS_MEMORY: expected memory as Kubernetes writes it; write 768Mi or 2Gi"
  local name
  for name in MONITOR_LABELS RULES; do
    [[ -z "${!name}" || "$MONITORING" == operator ]] ||
      fail "$name=${!name} with MONITORING=$MONITORING: it is for monitors and rules of the Prometheus operator; write MONITORING=operator"
  done
  local label='[A-Za-z0-9][A-Za-z0-9._/-]*=[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?'
  [[ -z "$MONITOR_LABELS" || "$MONITOR_LABELS" =~ ^$label(,$label)*$ ]] ||
    fail "MONITOR_LABELS=$MONITOR_LABELS: expected labels of Kubernetes; write MONITOR_LABELS=release=monitoring, several separated by commas"
  readable RULES
}

check_database() {
  [[ -z "$DB_ADDRESS" || "$DB_ADDRESS" == *:* ]] || fail "DB_ADDRESS=$DB_ADDRESS: expected host:port; write DB_ADDRESS=$DB_ADDRESS:5432"
  [[ -z "$DB_ADDRESS" || "$PROFILE" == postgres || "$PROFILE" == ha ]] ||
    fail "DB_ADDRESS with PROFILE=$PROFILE: nothing would use it; write PROFILE=postgres or ha"
  [[ -z "$DB_ADDRESS" || -n "$DB_SECRET" ]] || fail "DB_ADDRESS without DB_SECRET: name the Secret in namespace $TEMPORAL_KUBE_NAMESPACE whose entry \`password\` opens the database"
  [[ "$DB_TLS" == 0 || -n "$DB_ADDRESS" ]] || fail "DB_TLS=1 without DB_ADDRESS: the database that this deploys speaks no TLS; give the address of yours"
  [[ -z "$DB_CA_SECRET" || "$DB_TLS" == 1 ]] || fail "DB_CA_SECRET=$DB_CA_SECRET without DB_TLS=1: the authority would sign nothing; add DB_TLS=1"
  case $PROFILE in
    postgres | ha) if [[ -n "$DB_ADDRESS" ]]; then DATABASE=theirs; else DATABASE=ours; fi ;;
    *) DATABASE=none ;;
  esac
  [[ "$LEDGER" == 0 || "$DATABASE" == ours ]] ||
    fail "LEDGER=1: the ledger lives in the PostgreSQL that this deploys; use PROFILE=postgres or ha without DB_ADDRESS, or a WORKER_VALUES file with ledger.existingSecret"
}

# What reaches a Temporal that is not deployed by us.
check_remote() {
  local name
  if [[ "$PROFILE" != external ]]; then
    for name in ADDRESS NAMESPACE TLS_CA TLS_CERT TLS_KEY TLS_SERVER_NAME API_KEY_FILE; do
      [[ -z "${!name}" ]] || fail "$name=${!name} with PROFILE=$PROFILE: it says how to reach a Temporal that is there already; write PROFILE=external"
    done
    [[ "$TLS" == 0 ]] || fail "TLS=1 with PROFILE=$PROFILE: the server that this deploys speaks none; write PROFILE=external"
    return
  fi
  [[ "$ADDRESS" =~ ^([^]/:[]+|\[[0-9A-Fa-f:.]+\]):[1-9][0-9]{0,4}$ ]] || fail "ADDRESS=$ADDRESS: expected host:port of a Temporal frontend; write ADDRESS=temporal.example.org:7233"
  [[ -n "$NAMESPACE" ]] || fail "PROFILE=external without NAMESPACE: name Temporal's namespace; write NAMESPACE=default, or Temporal Cloud's name.account"
  readable TLS_CA
  readable TLS_CERT
  readable TLS_KEY
  readable API_KEY_FILE
  [[ -z "$TLS_CERT" || -n "$TLS_KEY" ]] || fail "TLS_CERT without TLS_KEY: a certificate is shown with its key; give both files"
  [[ -z "$TLS_KEY" || -n "$TLS_CERT" ]] || fail "TLS_KEY without TLS_CERT: a key is of no use without its certificate; give both files"
  if [[ -n "$TLS_CA$TLS_CERT$TLS_SERVER_NAME$API_KEY_FILE" ]]; then TLS=1; fi
}
