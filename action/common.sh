# What the scripts of the action share: messages to the log, outputs, and the reading of inputs.
# They run on the bash that a runner brings, which on macOS is 3.2, and ask of git and coreutils alone.
# shellcheck shell=bash

# A text as the value of a workflow command: it cannot end the command, nor begin another.
escaped() {
  local text=${1//'%'/%25}
  text=${text//$'\r'/%0D}
  printf '%s' "${text//$'\n'/%0A}"
}

error() { printf '::error title=keysieve::%s\n' "$(escaped "$1")"; }
warning() { printf '::warning title=keysieve::%s\n' "$(escaped "$1")"; }
notice() { printf '::notice title=keysieve::%s\n' "$(escaped "$1")"; }

# output NAME VALUE: the value has no line break, see `line`.
output() { printf '%s=%s\n' "$1" "$2" >>"$GITHUB_OUTPUT"; }

# stop CODE MESSAGE: ends the step.
reason=""
stop() {
  reason=$2
  error "$reason"
  exit "$1"
}

# line NAME VALUE: refuses a value that is no single line, which could write outputs of its own.
line() {
  case $2 in *[$'\r\n']*) stop 2 "input $1: a line break is not allowed here" ;; esac
}

# switch NAME VALUE
switch() {
  case $2 in true | false) ;; *) stop 2 "input $1: write true or false, not \`$2\`" ;; esac
}

# What a program prints is no command to the runner, whatever files and branches are called.
quoting() {
  local mark code=0
  mark=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  echo "::stop-commands::$mark"
  "$@" || code=$?
  echo "::$mark::"
  return "$code"
}
