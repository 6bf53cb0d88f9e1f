# shellcheck shell=bash
# Sourced by the scripts beside it: k8s/order, and which of its lines hold.

# holds CONDITION...: whether each NAME=a,b names the variable's value.
holds() {
  local condition value choice
  for condition in "$@"; do
    value=${condition%%=*}
    value=${!value}
    for choice in ${condition#*=}; do
      # Choices are separated by commas, and none of them holds a blank.
      case ",$choice," in *",$value,"*) continue 2 ;; esac
    done
    return 1
  done
}

# lines_that_hold: each as `how namespace name from`.
lines_that_hold() {
  local how namespace name from conditions
  while read -r how namespace name from conditions; do
    case $how in '' | '#'*) continue ;; esac
    if [[ "$name" == rules && -n "$RULES" ]]; then from=$RULES; fi
    # shellcheck disable=SC2086 # several conditions
    if holds $conditions; then echo "$how $namespace $name $from"; fi
  done <k8s/order
}

# values_of NAME: our values files of a release, one a line.
values_of() {
  local how name from
  lines_that_hold | while read -r how _ name from; do
    if [[ "$how $name" == "values $1" ]]; then echo "$from"; fi
  done
}

# given_values_of NAME: those that were given, one a line; as with helm, commas separate several, and a path may hold blanks.
given_values_of() {
  local given
  case $1 in
    "$TEMPORAL_RELEASE") given=$TEMPORAL_VALUES ;;
    "$WORKER_RELEASE") given=$WORKER_VALUES ;;
    "$LOADTEST_RELEASE") given=$LOADTEST_VALUES ;;
  esac
  if [[ -n "$given" ]]; then tr ',' '\n' <<<"$given"; fi
}
