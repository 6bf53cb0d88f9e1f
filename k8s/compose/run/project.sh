# shellcheck shell=bash
# shellcheck disable=SC2034 # what is set here is read by those who source it
# Sourced by the scripts beside it: the compose project, and Docker Compose bound to it.

. "$(dirname "$0")/../../run/cluster_access.sh"

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

# kept NAME: what an earlier start wrote; a database keeps the password that it was made with.
kept() { if [[ -f "$settings" ]]; then sed -n "s/^$1=//p" "$settings"; fi; }

[[ "$COMPOSE_PROJECT" =~ ^[a-z0-9][a-z0-9_-]*$ ]] ||
  fail "COMPOSE_PROJECT=$COMPOSE_PROJECT: Docker Compose takes small letters, digits, - and _; write COMPOSE_PROJECT=temporal-kit"
# One file holds the ports and passwords of one project; what was written before the file said whose it is was the default's.
owner=$(kept KIT_PROJECT)
owner=${owner:-temporal-kit}
[[ ! -f "$settings" || "$owner" == "$COMPOSE_PROJECT" ]] ||
  fail "COMPOSE_PROJECT=$COMPOSE_PROJECT: $settings holds the ports and passwords of project $owner; write \`make compose-down COMPOSE_PROJECT=$owner\` first, or use another checkout"

dc() { docker compose --project-name "$COMPOSE_PROJECT" --file "$folder/compose.yaml" "$@"; }
