# shellcheck shell=bash
# shellcheck disable=SC2034 # what is set here is read by those who source it
# Sourced by the scripts beside it: the compose project, and Docker Compose bound to it.

. "$(dirname "$0")/../../run/cluster.sh"

# What a shell holds of these names is a habit: files, profiles and settings are those of this folder.
for name in "${!COMPOSE_@}" "${!KIT_@}"; do
  if [[ "$name" != COMPOSE_PROJECT ]]; then unset "$name"; fi
done

folder=$(cd "$(dirname "$0")/.." && pwd)
settings=$folder/.env

need docker
docker compose version >/dev/null 2>&1 ||
  fail "docker compose: this Docker has no such command; install its plugin, version 2.24 or newer (on Debian, docker-compose-plugin or docker-compose)"
docker version >/dev/null 2>&1 || fail "Docker does not answer; start it: systemctl start docker, or Docker Desktop"

dc() { docker compose --project-name "$COMPOSE_PROJECT" --file "$folder/compose.yaml" "$@"; }
