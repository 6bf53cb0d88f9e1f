# shellcheck shell=bash
# shellcheck disable=SC2034 # what is set here is read by those who source it
# Sourced by the scripts beside it: names of our images, their tags made from what is in them.
#
# Hash and build read the same copy of the sources, so that a file saved in between cannot make a tag lie.

# content_tag FILE_OR_FOLDER...: the first twelve digits of a hash over names and contents.
content_tag() {
  find "$@" -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -c 1-12
}

# The script that comes first makes the copy and takes it away; those that it calls find it in the environment.
if [[ -z "${IMAGE_CONTEXT:-}" ]]; then
  IMAGE_CONTEXT=$(mktemp -d)
  trap 'rm -r "$IMAGE_CONTEXT"' EXIT
  export IMAGE_CONTEXT
  sources=(.dockerignore LICENSE worker/Dockerfile worker/pyproject.toml worker/src
    loadtest/Dockerfile loadtest/pyproject.toml loadtest/src loadtest/plans)
  if [[ -f constraints.txt ]]; then sources+=(constraints.txt); fi
  # What interpreters, checkers, package builders and editors leave beside the sources is in no image; .dockerignore names the same.
  left_behind=(--exclude '*/.*' --exclude __pycache__ --exclude '*.pyc' --exclude '*.egg-info' --exclude '*~' --exclude '*.tmp'
    --exclude '*.orig' --exclude '*.rej')
  # A link is what it leads to: neither the hash nor the image sees where a file is kept.
  tar --create --dereference "${left_behind[@]}" "${sources[@]}" | tar --extract --directory "$IMAGE_CONTEXT"
  # The user of an image reads what it copies, however private the checkout is.
  find "$IMAGE_CONTEXT" -mindepth 1 -type d -exec chmod 755 {} + -o -type f -exec chmod 644 {} +
fi

shopt -s nullglob # constraints.tx[t] stands for the file, or for nothing
worker_tag=$(
  cd "$IMAGE_CONTEXT" || exit
  content_tag .dockerignore LICENSE constraints.tx[t] worker
)
loadtest_tag=$(
  cd "$IMAGE_CONTEXT" || exit
  content_tag .dockerignore LICENSE constraints.tx[t] worker/pyproject.toml worker/src loadtest
)

shopt -u nullglob

# REGISTRY=host/path is for clusters into which nothing can be loaded from here.
worker_repository=${REGISTRY:+$REGISTRY/}temporal-kit/repair-worker
loadtest_repository=${REGISTRY:+$REGISTRY/}temporal-kit/loadtest
worker_image=$worker_repository:$worker_tag
loadtest_image=$loadtest_repository:$loadtest_tag

# third_party_images: what the manifests and charts name, one a line; loaded where this machine has it, else the cluster pulls it.
third_party_images() {
  case $PROFILE in
    dev) tr ' ' '\n' <<<"$DEV_IMAGES" ;;
    postgres | ha) tr ' ' '\n' <<<"$SERVER_IMAGES" ;;
  esac
  if [[ "$DATABASE" == ours ]]; then echo "$POSTGRES_IMAGE"; fi
  if [[ "$MONITORING" == manifests ]]; then
    echo "$PROMETHEUS_IMAGE"
    if [[ "$GRAFANA" == 1 ]]; then echo "$GRAFANA_IMAGE"; fi
  fi
}
