# shellcheck shell=bash
# Sourced by deploy: Secrets. What is in them goes through pipes and files, never over a command line.

# The labels by which `make down` knows what is ours.
readonly OURS=app.kubernetes.io/part-of=temporal-kit

# secret_once NAMESPACE NAME KEY: with a random text, unless it is there.
secret_once() {
  if kc get secret "$2" --namespace "$1" >/dev/null 2>&1; then return; fi
  head -c 24 /dev/urandom | od -A n -t x1 | tr -d ' \n' |
    kc create secret generic "$2" --namespace "$1" --from-file "$3=/dev/stdin" >/dev/null
  kc label secret "$2" --namespace "$1" "$OURS" >/dev/null
}

# secret_of_files NAMESPACE NAME KEY=FILE...: as the files are now.
secret_of_files() {
  local namespace=$1 name=$2 one from=()
  shift 2
  for one in "$@"; do from+=(--from-file "$one"); done
  kc create secret generic "$name" --namespace "$namespace" "${from[@]}" --dry-run=client --output json |
    kc label --local --filename - "$OURS" --output json |
    kc apply --server-side --force-conflicts --field-manager temporal-kit --filename - >/dev/null
}

# in_url: stdin as a part of an address; every byte is written by its number, so that none has a meaning.
in_url() { od -A n -v -t x1 | tr -d ' \n' | sed 's/../%&/g'; }

# The workers' way to the ledger, made from the password of its role.
ledger_secret() {
  if kc get secret repair-ledger --namespace "$WORKER_KUBE_NAMESPACE" >/dev/null 2>&1; then return; fi
  {
    printf 'postgresql://ledger:'
    kc get secret ledger-db --namespace "$TEMPORAL_KUBE_NAMESPACE" --output 'jsonpath={.data.password}' | base64 --decode | in_url
    printf '@postgres.%s.svc:5432/ledger' "$TEMPORAL_KUBE_NAMESPACE"
  } | kc create secret generic repair-ledger --namespace "$WORKER_KUBE_NAMESPACE" --from-file url=/dev/stdin >/dev/null
  kc label secret repair-ledger --namespace "$WORKER_KUBE_NAMESPACE" "$OURS" >/dev/null
}

# remote_secrets NAMESPACE: what opens a Temporal that is there already.
remote_secrets() {
  if [[ -n "$TLS_CA" ]]; then secret_of_files "$1" temporal-ca "ca.crt=$TLS_CA"; fi
  if [[ -n "$TLS_CERT" ]]; then
    secret_of_files "$1" temporal-client "tls.crt=$TLS_CERT" "tls.key=$TLS_KEY"
  fi
  # A key is sent as a header, which holds no end of a line; a file that an editor or `echo` wrote does.
  if [[ -n "$API_KEY_FILE" ]]; then tr -d '\r\n' <"$API_KEY_FILE" | secret_of_files "$1" temporal-api-key api-key=/dev/stdin; fi
}
