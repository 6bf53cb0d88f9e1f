# Sourced by the scripts beside it: names of our images, their tags made from what is in them.

# content_tag FILE_OR_FOLDER...: the first twelve digits of a hash over names and contents.
content_tag() {
  find "$@" -type f ! -name '*.pyc' ! -path '*.egg-info/*' -print0 | LC_ALL=C sort --zero-terminated |
    xargs --null sha256sum | sha256sum | cut -c 1-12
}

constraints=()
if [[ -f constraints.txt ]]; then constraints=(constraints.txt); fi
worker_tag=$(content_tag .dockerignore LICENSE "${constraints[@]}" worker/Dockerfile worker/pyproject.toml worker/src)
loadtest_tag=$(content_tag .dockerignore LICENSE "${constraints[@]}" loadtest/Dockerfile loadtest/pyproject.toml loadtest/src \
  loadtest/plans worker/pyproject.toml worker/src)

# REGISTRY=host/path is for clusters into which nothing can be loaded from here.
worker_repository=${REGISTRY:+$REGISTRY/}temporal-kit/repair-worker
loadtest_repository=${REGISTRY:+$REGISTRY/}temporal-kit/loadtest
worker_image=$worker_repository:$worker_tag
loadtest_image=$loadtest_repository:$loadtest_tag
