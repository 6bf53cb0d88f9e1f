# shellcheck shell=bash
# Sourced by the scripts beside it: pods that the API server refuses, as for a quota, which are in no list; what would make them says why.

# A quota has room again some seconds after the pods that had it have gone.
REFUSAL_LASTS_SECONDS=10

refused_before=
refused_first=
refused_left=

# refused_now NAMESPACE: of each object whose pods are refused, `UID GENERATION KIND NAME makes no more pods: WHY`.
refused_now() {
  local kind name uid generation words
  while read -r kind name uid generation; do
    if [[ "$kind" == Deployment ]]; then
      words=$(kc get deployment "$name" --namespace "$1" --output "jsonpath={.status.conditions[?(@.type==\"ReplicaFailure\")].message}" 2>/dev/null)
    else
      words=$(kc get events --namespace "$1" --field-selector "reason=FailedCreate,involvedObject.uid=$uid" --sort-by .lastTimestamp \
        --output 'jsonpath={.items[-1:].message}' 2>/dev/null)
    fi
    words=$(tr -s '\n ' ' ' <<<"$words" | sed 's/ $//')
    if [[ -n "$words" ]]; then echo "$uid $generation $kind $name makes no more pods: $words"; fi
  done < <(kc get deployments,statefulsets,jobs --namespace "$1" --output go-template-file=k8s/run/refused.tpl 2>/dev/null)
}

# begin_refusals NAMESPACE...: before something is asked for; what is refused by then may be mended by it, so it is only told.
begin_refusals() {
  local namespace uid generation words
  for namespace in "$@"; do
    while read -r uid generation words; do
      refused_before+="$uid $generation"$'\n'
      echo "note: so far $words" >&2
    done < <(refused_now "$namespace")
  done
}

# refusal_lasts NAMESPACE: whether waiting is in vain, as the API server has refused pods for some seconds in which none has left to make
# room; $refused says which, why and what to do.
refusal_lasts() {
  local uid generation words
  refused=
  while read -r uid generation words; do
    # Such as a webhook that does not answer, which may pass.
    case $words in *" is forbidden: "* | *" is invalid: "* | *"admission webhook"*) ;; *) continue ;; esac
    if ! grep -q -x "$uid $generation" <<<"$refused_before"; then
      refused=$(with_mend "$1" "$words")
      break
    fi
  done < <(refused_now "$1")
  if [[ -z "$refused" ]]; then
    refused_first=
    return 1
  fi
  if [[ -z "$refused_first" ]]; then refused_first=$SECONDS refused_left=$SECONDS; fi
  if [[ -n "$(kc get pods --namespace "$1" --output 'jsonpath={.items[*].metadata.deletionTimestamp}' 2>/dev/null)" ]]; then
    refused_left=$SECONDS
    return 1
  fi
  # A controller tries again after twice the time each, so the next try comes before as much has passed again.
  ((SECONDS - refused_left >= REFUSAL_LASTS_SECONDS + refused_left - refused_first))
}

# with_mend NAMESPACE WORDS: a refusal with what is to be done about it.
with_mend() {
  local mend="change what it names in the pods, or have the rule changed"
  case $2 in
    *"exceeded quota"*) mend="ask for fewer or smaller pods, or have the quota raised: \`kubectl -n $1 describe quota\`" ;;
    *"failed quota"*) mend="give the pods the requests and limits that the quota counts: \`kubectl -n $1 describe quota\`" ;;
    *" per Container"* | *" per Pod"*) mend="give the pods resources that it allows: \`kubectl -n $1 describe limitrange\`" ;;
    *"violates PodSecurity"*) mend="change what it names in the pods, or the namespace's label pod-security.kubernetes.io/enforce" ;;
    *"security context constraint"*) mend="give the pods no fixed user, or their ServiceAccount a constraint that allows it" ;;
  esac
  echo "$2; $mend"
}

# rolled_out NAMESPACE OBJECT SECONDS: whether all its pods are ready in time; if not, $refused says why waiting is in vain, or nothing.
rolled_out() {
  local deadline=$((SECONDS + $3)) left
  # An object that failed before is still said to have failed until its controller has seen the new one.
  while left=$((deadline - SECONDS)); do
    if kc rollout status "$2" --namespace "$1" --timeout "$((left < 1 ? 1 : left < 4 ? left : 4))s" >/dev/null 2>&1; then return; fi
    if refusal_lasts "$1"; then return 1; fi
    if ((SECONDS >= deadline)); then
      refused=
      return 1
    fi
    sleep 1
  done
}
