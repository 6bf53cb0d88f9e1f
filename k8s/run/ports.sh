# shellcheck shell=bash
# Sourced by the scripts beside it: ports of this machine.

is_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# free_port PORT: the port, or the first of the twenty above it, on which nothing of this machine listens.
free_port() {
  local port
  for ((port = $1; port <= $1 + 20; port++)); do
    if ! is_taken "$port"; then
      echo "$port"
      return
    fi
  done
  fail "ports $1 to $((port - 1)) of this machine are taken; end what listens there"
}
