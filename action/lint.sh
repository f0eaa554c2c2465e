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

# from_top PATH: a path that was named, as seen from the top of the repository.
from_top() {
  local prefix
  prefix=$(git -c safe.directory='*' -C "$(directory "$1")" rev-parse --show-prefix)
  [ -d "$1" ] || prefix=$prefix$(basename -- "$1")
  prefix=${prefix%/}
  printf '%s' "${prefix:-.}"
}

# absolute FILE: the commands run in the trees, not here.
absolute() { printf '%s/%s' "$(cd "$(dirname -- "$1")" && pwd -P)" "$(basename -- "$1")"; }

# lint_tree TREE REPORT: what of a tree is to be linted, by the same paths in each.
lint_tree() {
  (cd "$1" && "$PROGRAM" lint "${flags[@]+"${flags[@]}"}" --exit-zero --format=json "--output=$2" -- "${inside[@]}")
}

# Sets `breaches`, their number, `failing`, how many of them fail the job, and leaves them for people in $work/breaches; gives the
# exit code.
lint_change() {
  local before head own fail_on path tree=$work/tree code=0 flags=() inside=() below="" relative=()
  breaches=0 failing=0
  head=$(repository rev-parse HEAD)
  before=$(repository merge-base "$base" HEAD) || before=$base
  [ "$(repository rev-parse "$before^{tree}")" != "$(repository rev-parse "$head^{tree}")" ] || return 0

  if [ -n "$policy" ]; then
    [ -z "$CONFIG" ] || flags+=("--config=$CONFIG")
    [ -z "$BASELINE" ] || flags+=("--baseline=$BASELINE")
    flags+=("--config-from=$policy" --no-inline)
  else
    [ -z "$BASELINE" ] || flags+=("--baseline=$(absolute "$BASELINE")")
    if [ -n "$CONFIG" ]; then
      flags+=("--config=$(absolute "$CONFIG")")
    elif own=$(control_file); then
      flags+=("--config=$own")
    fi
  fi
  [ -z "$FAIL_ON" ] || flags+=("--fail-on=$FAIL_ON")
  for path in "${paths[@]}"; do inside+=("$(from_top "$path")"); done
  # Of one directory the reports give paths from there.
  if [ "${#inside[@]}" -eq 1 ] && [ -d "$top/${inside[0]}" ] && [ "${inside[0]}" != . ]; then
    below=${inside[0]}/ relative=("--relative=${inside[0]}/")
  fi

  # Neither hooks nor the contents of Git LFS play a part.
  GIT_LFS_SKIP_SMUDGE=1 repository -c core.hooksPath=/dev/null worktree add --quiet --detach "$tree" "$before" || return 3
  # What the change adds is not in the tree before, and nothing is wrong there yet.
  for path in "${inside[@]}"; do
    [ -e "$tree/$path" ] || if [ -d "$top/$path" ]; then mkdir -p "$tree/$path"; else mkdir -p "$(dirname "$tree/$path")" && : >"$tree/$path"; fi
  done
  lint_tree "$tree" "$work/before.json" || code=$?
  repository worktree remove --force "$tree" || code=3
  [ "$code" -eq 0 ] || [ "$code" -eq 3 ] || return "$code"
  code=0
  lint_tree "$top" "$work/after.json" || code=$?
  [ "$code" -eq 0 ] || [ "$code" -eq 3 ] || return "$code"

  # What counts by the input, or else by the policy.
  fail_on=$(grep -o '"fail_on": *"[a-z]*"' "$work/after.json" | head -n 1 | cut -d '"' -f 4)
  repository -c diff.renameLimit=1000 diff -z -M --name-status --no-ext-diff "${relative[@]+"${relative[@]}"}" "$before" "$head" >"$work/moved" || return 3
  code=0
  "$PROGRAM" diff "--fail-on=$fail_on" "--moved=$work/moved" "--output=$work/difference" -- "$work/before.json" "$work/after.json" || code=$?
  [ -f "$work/difference" ] || return "$code"
  breaches=$(sed -n 's/^\([0-9][0-9]*\) new, .*/\1/p' "$work/difference")
  failing=$(sed -n 's/^\([0-9][0-9]*\) new at or above .*/\1/p' "$work/difference")
  failing=${failing:-0}
  # The blocks of what is gone, and what the comparison says of itself, are of no use here.
  awk '/^new: / { shown = 1 } /^$/ || /^gone: / { shown = 0 } shown { print }' "$work/difference" |
    BELOW=$below awk '/^  / && !/^  ks1:/ { print "  " ENVIRON["BELOW"] substr($0, 3); next } { print }' >"$work/breaches"
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

# annotate_breaches: the first ten of each level, which is what GitHub shows.
annotate_breaches() {
  local line what="" level place path errors=0 warnings=0 notices=0
  while IFS= read -r line; do
    case $line in
      "new: "*) what=${line#new: } ;;
      "  ks1:"*) ;;
      "  "*:*:*)
        place=${line#  } path=${place%:*:*}
        path=${path//'%'/%25} path=${path//:/%3A} path=${path//,/%2C}
        place=${place#"${place%:*:*}":}
        case $what in
          critical* | high*) level=error errors=$((errors + 1)) ;;
          medium*) level=warning warnings=$((warnings + 1)) ;;
          *) level=notice notices=$((notices + 1)) ;;
        esac
        case $level in
          error) [ "$errors" -le 10 ] || continue ;;
          warning) [ "$warnings" -le 10 ] || continue ;;
          notice) [ "$notices" -le 10 ] || continue ;;
        esac
        printf '::%s file=%s,line=%s,title=keysieve::%s\n' "$level" "$path" "${place%%:*}" "$(escaped "$what")"
        ;;
    esac
  done <"$work/breaches"
}
