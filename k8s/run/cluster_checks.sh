# shellcheck shell=bash
# shellcheck disable=SC2154 # set by cluster_access.sh and image_tags.sh, which deploy sources before this
# Sourced by deploy: what the cluster as it is does not allow, said before an image is built.

# Official chart and development server keep their state in different places: no upgrade leads from one to the other.
refuse_other_profile() {
  local chart
  chart=$(release_field "$TEMPORAL_RELEASE" "$TEMPORAL_KUBE_NAMESPACE" chart)
  case "$PROFILE:$chart" in
    *: | dev:temporal-dev-*) ;;
    dev:*) fail "PROFILE=dev: $context runs the official chart ($chart); write \`make down deploy PROFILE=dev\`" ;;
    external:*) fail "PROFILE=external: $context runs a Temporal that this project deployed ($chart); write \`make down\` first" ;;
    *:temporal-dev-*) fail "PROFILE=$PROFILE: $context runs the development server; write \`make down deploy PROFILE=$PROFILE\`" ;;
  esac
}

# serves GROUP/VERSION: whether the cluster knows this API; whoever may log in may ask.
serves() { kc get --raw "/apis/$1" >/dev/null 2>&1; }

refuse_missing_addons() {
  case $AUTOSCALE in
    cpu) serves metrics.k8s.io/v1beta1 ||
      fail "AUTOSCALE=cpu: metrics.k8s.io is not served; install metrics-server, as k8s/README.md says" ;;
    backlog | slots) serves keda.sh/v1alpha1 ||
      fail "AUTOSCALE=$AUTOSCALE: the cluster knows no ScaledObject; install KEDA, as k8s/README.md says" ;;
  esac
  if [[ "$MONITORING" == operator ]]; then
    serves monitoring.coreos.com/v1 ||
      fail "MONITORING=operator: the cluster knows no PodMonitor; install the Prometheus operator, as k8s/README.md says"
  fi
  if [[ "$AUTOSCALE" == slots && "$PROMETHEUS_URL" =~ ^https?://([a-z0-9-]+)\.([a-z0-9-]+)\.svc ]]; then
    kc get service "${BASH_REMATCH[1]}" --namespace "${BASH_REMATCH[2]}" >/dev/null 2>&1 ||
      fail "PROMETHEUS_URL=$PROMETHEUS_URL: no Service ${BASH_REMATCH[1]} in namespace ${BASH_REMATCH[2]}; \`kubectl get services --all-namespaces\` lists them"
  fi
}

# `make down` deletes namespaces: one that was there before us must never become ours by a label.
refuse_foreign_namespaces() {
  local namespace label hint
  for namespace in $(lines_that_hold | awk '$1 == "apply" && $2 == "-" && /namespaces\// {print $3} $3 == "prometheus" {print $2}' | sort -u); do
    label=$(kc get namespace "$namespace" --ignore-not-found --output 'jsonpath={.metadata.name} {.metadata.labels.app\.kubernetes\.io/part-of}') ||
      fail "namespace $namespace cannot be looked at, and a deploy makes and labels it; with rights in namespaces of yours alone, install the charts by hand, as charts/README.md says"
    if [[ -n "$label" && "$label" != "$namespace temporal-kit" ]]; then
      hint=
      if [[ "$namespace" == "$MONITORING_KUBE_NAMESPACE" ]]; then hint="; if a Prometheus operator lives there, write MONITORING=operator"; fi
      fail "namespace $namespace exists on $context and was not made by this project; delete or rename it, it will not be touched$hint"
    fi
  done
}

refuse_missing_database_secrets() {
  local name
  for name in $DB_SECRET $DB_CA_SECRET; do
    kc get secret "$name" --namespace "$TEMPORAL_KUBE_NAMESPACE" >/dev/null 2>&1 ||
      fail "$name: no such Secret in namespace $TEMPORAL_KUBE_NAMESPACE; \`kubectl apply --filename k8s/namespaces/temporal.yaml\`, then make it there (DB_SECRET: entry \`password\`; DB_CA_SECRET: entry \`ca.crt\`)"
  done
}

# A release that a killed run left half done is refused by helm with words that name no remedy.
refuse_unfinished_releases() {
  local how namespace name status
  while read -r how namespace name _; do
    if [[ "$how" != helm ]]; then continue; fi
    status=$(release_field "$name" "$namespace" status)
    case $status in
      pending-* | uninstalling)
        if [[ -z "$RECOVER" ]]; then
          fail "$name: the release is $status: another \`make\` works on it, or one was killed; wait for it, or write \`make deploy RECOVER=1\`"
        fi
        if [[ "$status" == pending-install || "$status" == uninstalling ]]; then
          hm uninstall "$name" --namespace "$namespace" >/dev/null
        else
          hm rollback "$name" --namespace "$namespace" >/dev/null
        fi
        echo "$name: $status, taken back"
        ;;
    esac
  done < <(lines_that_hold)
}

# An image of ours that no node has cannot be pulled from anywhere: better said here than by a pod that never starts.
refuse_images_not_loaded() {
  if [[ -n "$REGISTRY" ]]; then return; fi
  local image known
  known=$(kc get nodes --output 'jsonpath={range .items[*].status.images[*]}{.names}{"\n"}{end}')
  for image in "$worker_image" "$loadtest_image"; do
    # A node reports its images every few seconds, and at most 50 of them.
    if ! grep -q -F "$image" <<<"$known" && ! on_a_node "$image"; then
      fail "$image is on no node of $context; write \`make images\`"
    fi
  done
}

# on_a_node IMAGE: asks the nodes themselves, where this machine can.
on_a_node() {
  if is_kind; then
    docker exec "$(kind get nodes --name "${context#kind-}" | head -n 1)" crictl inspecti "$1" >/dev/null 2>&1
  else
    minikube image ls --profile "$CLUSTER" | grep -q -F "$1"
  fi
}
