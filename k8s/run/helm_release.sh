# shellcheck shell=bash
# Sourced by the scripts beside it: installs a release, or leaves it alone when nothing of it has changed.

# fingerprint ARGUMENT...: a hash over the arguments; a file or folder counts by its content and not by its name.
fingerprint() {
  local argument
  for argument in "$@"; do
    if [[ -d "$argument" ]]; then
      (cd "$argument" && find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum)
    elif [[ -f "$argument" ]]; then
      sha256sum <"$argument"
    else
      printf '%s\n' "$argument"
    fi
  done | sha256sum | cut -c 1-16
}

# release_field RELEASE NAMESPACE FIELD: of the newest revision; empty if there is none.
release_field() {
  hm history "$1" --namespace "$2" --max 1 --output yaml 2>/dev/null | sed -n "s/^[- ] $3: *//p" || true
}

# all_there RELEASE NAMESPACE: whether every object but finished Jobs still exists.
all_there() {
  local manifest
  manifest=$(hm get manifest "$1" --namespace "$2")
  # kubectl takes objects that name a namespace and objects that leave it open, but not both at once.
  exist "$(documents_of "$manifest" 1)" && exist "$(documents_of "$manifest" 0)" --namespace "$2"
}

# documents_of MANIFEST NAMED: its documents without Jobs, those that name their namespace (1) or those that do not (0).
documents_of() {
  awk -v wanted="$2" 'BEGIN {RS = "(^|\n)---\n"} /(^|\n)kind:/ && !/(^|\n)kind: Job(\n|$)/ && /\n  namespace: / == wanted {print "---"; print}' <<<"$1"
}

# exist DOCUMENTS ARGUMENT...
exist() {
  local documents=$1
  shift
  [[ -z "$documents" ]] || kc get "$@" --filename - --output name <<<"$documents" >/dev/null 2>&1
}

# upgrade NAMESPACE ARGUMENT...: helm upgrade --install; $said is what it says. Where the API server goes on refusing pods that it waits
# for, it is ended, and $refused says why.
upgrade() {
  local namespace=$1 folder code=0 watching
  shift
  folder=$(mktemp -d "${IMAGE_CONTEXT:-${TMPDIR:-/tmp}}/upgrade.XXXXXX")
  end_when_refused "$namespace" "$folder" >/dev/null 2>&1 &
  watching=$!
  said=$(
    echo "$BASHPID" >"$folder/pid"
    # shellcheck disable=SC2154 # set by cluster_access.sh
    exec helm --kubeconfig "$kubeconfig" --kube-context "$context" upgrade --install "$@" --namespace "$namespace" 2>&1
  ) || code=$?
  kill "$watching" 2>/dev/null || true
  wait "$watching" 2>/dev/null || true
  refused=$(cat "$folder/refused" 2>/dev/null || true)
  rm -r "$folder"
  return "$code"
}

# end_when_refused NAMESPACE FOLDER: ends the helm of FOLDER/pid as one would by Ctrl-C, after which its release is one that failed.
end_when_refused() {
  local pid
  while sleep 2; do
    pid=$(cat "$2/pid")
    if ! kill -0 "$pid"; then return; fi
    if refusal_lasts "$1"; then
      echo "$refused" >"$2/refused"
      kill -s TERM "$pid"
      return
    fi
  done
}

# release RELEASE NAMESPACE CHART ARGUMENT...: helm upgrade --install, once for each change. helm_waits=0 leaves out
# helm's own waiting, which never ends where a version stays at its gate.
release() {
  local name=$1 namespace=$2 chart=$3 wanted said refused wait=(--wait --wait-for-jobs --timeout "$DEPLOY_TIMEOUT")
  if [[ "${helm_waits:-1}" == 0 ]]; then wait=(); fi
  shift 3
  wanted="inputs $(fingerprint "$chart" "$@")"
  if [[ "$(release_field "$name" "$namespace" status)" == deployed &&
    "$(release_field "$name" "$namespace" description)" == "$wanted" ]] && all_there "$name" "$namespace"; then
    echo "$name: unchanged"
    return
  fi
  echo "$name: installing"
  # The description is where the next run reads what this one was given.
  upgrade "$namespace" "$name" "$chart" --description "$wanted" "${wait[@]}" "$@" && return
  # Helm 4 does not take a count back from `make scale` or a sweep; what is given here says who has it now.
  if [[ "$said" == *"conflict"*": .spec.replicas"* ]]; then
    echo "$name: somebody else has set its count since, which is taken back"
    upgrade "$namespace" "$name" "$chart" --description "$wanted" --force-conflicts "${wait[@]}" "$@" && return
  fi
  if [[ -n "$refused" ]]; then fail_in "$namespace" "$name: $refused"; fi
  fail_in "$namespace" "$name: $(why_not "$namespace" "$(grep '^Error' <<<"$said" || tail -n 1 <<<"$said")")"
}
