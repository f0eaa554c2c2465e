# What a change adds to the breaches of the policy. The linter reads whole trees, so the tree that HEAD began from is linted as
# well, under the same policy, and the two reports are compared: what stood there before is not the change's.
# shellcheck shell=bash disable=SC2034,SC2154

# The control file that counts here, which is to count for the other tree as well.
control_file() {
  local directory name
  directory=$(cd "$(directory "${paths[0]}")" && pwd -P)
  while :; do
    for name in keysieve.toml .keysieve.toml; do
      if [ -f "$directory/$name" ]; then echo "$directory/$name" && return; fi
    done
    [ "$directory" != "$top" ] && [ "$directory" != / ] || return 1
    directory=$(dirname "$directory")
  done
}

# Sets `breaches`, their number, and leaves them for people in $work/breaches; gives the exit code.
lint_change() {
  local before head own fail_on tree=$work/tree code=0 flags=()
  breaches=0
  head=$(repository rev-parse HEAD)
  before=$(repository merge-base "$base" HEAD) || before=$base
  [ "$(repository rev-parse "$before^{tree}")" != "$(repository rev-parse "$head^{tree}")" ] || return 0

  [ -z "$CONFIG" ] || flags+=("--config=$CONFIG")
  [ -z "$BASELINE" ] || flags+=("--baseline=$BASELINE")
  if [ -n "$policy" ]; then
    flags+=("--config-from=$policy" --no-inline)
  elif [ -z "$CONFIG" ] && own=$(control_file); then
    flags+=("--config=$own")
  fi
  [ -z "$FAIL_ON" ] || flags+=("--fail-on=$FAIL_ON")

  # Neither hooks nor the contents of Git LFS play a part.
  GIT_LFS_SKIP_SMUDGE=1 repository -c core.hooksPath=/dev/null worktree add --quiet --detach "$tree" "$before" || return 3
  "$PROGRAM" lint "${flags[@]+"${flags[@]}"}" --exit-zero --format=json "--output=$work/before.json" -- "$tree" || code=$?
  repository worktree remove --force "$tree" || code=3
  [ "$code" -eq 0 ] || [ "$code" -eq 3 ] || return "$code"
  code=0
  "$PROGRAM" lint "${flags[@]+"${flags[@]}"}" --exit-zero --format=json "--output=$work/after.json" -- "${paths[@]}" || code=$?
  [ "$code" -eq 0 ] || [ "$code" -eq 3 ] || return "$code"

  # What counts by the input, or else by the policy.
  fail_on=$(grep -o '"fail_on": *"[a-z]*"' "$work/after.json" | head -n 1 | cut -d '"' -f 4)
  code=0
  "$PROGRAM" diff "--fail-on=$fail_on" "--output=$work/difference" -- "$work/before.json" "$work/after.json" || code=$?
  [ -f "$work/difference" ] || return "$code"
  breaches=$(sed -n 's/^\([0-9][0-9]*\) new, .*/\1/p' "$work/difference")
  # The blocks of what is gone, and what the comparison says of itself, are of no use here.
  awk '/^new: / { shown = 1 } /^$/ || /^gone: / { shown = 0 } shown { print }' "$work/difference" >"$work/breaches"
  if [ "$breaches" -gt 0 ]; then
    echo
    echo "breaches of the policy that are new:"
    cat "$work/breaches"
  fi
  return "$code"
}

# The worst of exit codes, in keysieve's own order.
worst() {
  local code
  for code in "$@"; do
    if [ "$code" -gt 3 ]; then echo "$code" && return; fi
  done
  for code in 2 1 3 0; do
    case " $* " in *" $code "*) echo "$code" && return ;; esac
  done
}

# annotate_breaches: the first ten, which is what GitHub shows.
annotate_breaches() {
  local line what="" number=0 place path
  while IFS= read -r line; do
    case $line in
      "new: "*) what=${line#new: } ;;
      "  ks1:"*) ;;
      "  "*:*:*)
        place=${line#  } path=${place%:*:*}
        path=${path//'%'/%25} path=${path//:/%3A} path=${path//,/%2C}
        place=${place#"${place%:*:*}":}
        number=$((number + 1))
        [ "$number" -le 10 ] || return 0
        printf '::error file=%s,line=%s,title=keysieve::%s\n' "$path" "${place%%:*}" "$(escaped "$what")"
        ;;
    esac
  done <"$work/breaches"
}
