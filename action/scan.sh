#!/usr/bin/env bash
# Scans what the event brings, or everything; says what was found in the log, in annotations, in the summary of the job, in
# reports and in outputs; ends with keysieve's own exit code.
set -Eeuo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/common.sh"
. "$here/range.sh"

findings=0 report="" sarif=""

# Called by the trap. Whatever ends the step: the outputs are there, and what was not scanned is not clean.
# shellcheck disable=SC2329
finish() {
  local code=$?
  trap - EXIT
  output findings "$findings"
  output new-findings "$findings"
  output exit-code "$code"
  output report "$report"
  output sarif "$sarif"
  output scope "${scope:-}"
  if [ -n "$reason" ] && [ "$SUMMARY" = true ] && [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then
    printf 'keysieve did not scan: %s\n' "$reason" >>"$GITHUB_STEP_SUMMARY"
  fi
  exit "$code"
}
trap finish EXIT
trap 'stop 3 "the action broke off at line $LINENO of $(basename "${BASH_SOURCE[0]}")"' ERR

for name in MODE BASE CONFIG BASELINE FAIL_ON SARIF_FILE FETCH POLICY_FROM ANNOTATE SUMMARY HISTORY_CACHE; do
  line "$(printf '%s' "$name" | tr 'A-Z_' 'a-z-')" "${!name}"
done
switch fetch "$FETCH"
switch annotate "$ANNOTATE"
switch summary "$SUMMARY"
case $MODE in auto | pr | push | full) ;; *) stop 2 "input mode: write auto, pr, push or full, not \`$MODE\`" ;; esac
case $POLICY_FROM in base | head) ;; *) stop 2 "input policy-from: write base or head, not \`$POLICY_FROM\`" ;; esac
case $BASE in -*) stop 2 "input base: \`$BASE\` is no revision" ;; esac

# lines TEXT: those that are not empty, into the array `listed`.
lines() {
  local text
  listed=()
  while IFS= read -r text || [ -n "$text" ]; do
    text=${text%$'\r'}
    [ -z "$text" ] || listed+=("$text")
  done <<<"$1"
}
lines "$PATHS"
paths=("${listed[@]+"${listed[@]}"}")
[ "${#paths[@]}" -gt 0 ] || stop 2 "input paths: it is empty"
lines "$REPORTS"
reports=("${listed[@]+"${listed[@]}"}")

# directory PATH: where git is to look for the repository of it.
directory() { if [ -d "$1" ]; then printf '%s' "$1"; else dirname -- "$1"; fi; }
top_of() { git -c safe.directory='*' -C "$(directory "$1")" rev-parse --show-toplevel 2>/dev/null || true; }
for path in "${paths[@]}"; do
  [ -e "$path" ] || stop 2 "input paths: there is no \`$path\`"
done
top=$(top_of "${paths[0]}")
for path in "${paths[@]}"; do
  [ "$(top_of "$path")" = "$top" ] || stop 2 "input paths: \`${paths[0]}\` and \`$path\` lie in different repositories; use the action once for each"
done

determine
echo "keysieve: $words"
work=$(mktemp -d "${RUNNER_TEMP:-/tmp}/keysieve.XXXXXX")

# summarise FILE: adds it to the summary of the job, which takes 1 MiB; whole lines only.
summarise() {
  [ "$SUMMARY" = true ] && [ -n "${GITHUB_STEP_SUMMARY:-}" ] || return 0
  LC_ALL=C awk '{ size += length($0) + 1 } size > 1000000 { print "\n… cut here: the report has the rest"; exit } { print }' "$1" \
    >>"$GITHUB_STEP_SUMMARY"
}

if [ "$scope" = nothing ]; then
  printf 'keysieve: %s.\n' "$words" >"$work/summary.md"
  summarise "$work/summary.md"
  exit 0
fi

# of_base NAME FILE: a file as the base has it. Sets `named`, its path from the top of the repository; empty if the base has none.
of_base() {
  local directory prefix=""
  directory=$(dirname -- "$2")
  named=$2
  if [ -d "$directory" ]; then
    [ "$(top_of "$directory")" = "$top" ] ||
      stop 2 "input $1: \`$2\` does not lie in the repository, and what counts is what the base of the change has; \`policy-from: head\` takes it as it is"
    prefix=$(git -c safe.directory='*' -C "$directory" rev-parse --show-prefix)
    named=$prefix$(basename -- "$2")
  fi
  if repository cat-file -e "$policy:$named" 2>/dev/null; then return; fi
  [ -f "$2" ] || stop 2 "input $1: there is no \`$2\`"
  notice "input $1: the base of the change, $policy, has no \`$2\` yet, so it does not count here"
  named=""
}
if [ -n "$policy" ] && [ -n "$CONFIG" ]; then of_base config "$CONFIG"; CONFIG=$named; fi
if [ -n "$policy" ] && [ -n "$BASELINE" ]; then of_base baseline "$BASELINE"; BASELINE=$named; fi

common=()
[ -z "$FAIL_ON" ] || common+=("--fail-on=$FAIL_ON")
[ -z "$CONFIG" ] || common+=("--config=$CONFIG")
[ -z "$BASELINE" ] || common+=("--baseline=$BASELINE")
# What a change says of itself, in its configuration or in a comment beside the secret, does not excuse it. Against a base
# keysieve counts no comment of the change by itself, unless the policy of the base says so.
[ -z "$policy" ] || common+=("--config-from=$policy")
[ -z "$policy" ] || [ "$scope:$tip" = range: ] || common+=(--no-inline)

told=("--report=json=$work/report.json" "--report=jsonl=$work/report.jsonl")
[ -z "$SARIF_FILE" ] || told+=("--report=sarif=$SARIF_FILE")
[ "$ANNOTATE" = false ] || told+=("--report=github=$work/annotations")
told+=("--report=markdown=$work/report.md")
for one in "${reports[@]+"${reports[@]}"}"; do told+=("--report=$one"); done

flags=("${common[@]+"${common[@]}"}" "${told[@]}")
case $scope:$tip in
  whole:*) [ -z "$HISTORY_CACHE" ] || flags+=("--cache=$HISTORY_CACHE") ;;
  range:) flags+=("--base=$base") ;;
  range:*) flags+=("--range=$base..$tip") ;;
esac
code=0
quoting "$PROGRAM" check "${flags[@]}" -- "${paths[@]}" || code=$?

# Without reports there was no scan; a file of that name is then an older one.
if [ "$code" -ne 2 ] && [ -f "$work/report.jsonl" ]; then
  report=$work/report.json
  sarif=$SARIF_FILE
  findings=$(grep -c '^{"type":"finding"' "$work/report.jsonl") || true
fi
if [ "$code" -ne 2 ]; then
  [ ! -f "$work/annotations" ] || cat "$work/annotations"
  {
    printf 'keysieve looked at %s.\n\n' "$words"
    [ ! -f "$work/report.md" ] || cat "$work/report.md"
  } >"$work/summary.md"
  summarise "$work/summary.md"
  # What a comment says of an earlier run stays, if this one could not look.
  output summary "$work/summary.md"
fi

case $code in
  0 | 1) ;;
  2) reason="usage or configuration error: the log says which" && error "$reason" ;;
  3) error "the scan is incomplete: the log says what was not scanned" ;;
  *) error "keysieve ended with $code" ;;
esac
exit "$code"
