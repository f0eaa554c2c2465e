# Which commits the event brings. The merge base is found in the clone, by git's own graph: no API is asked, so there is
# no page limit and no token, and what a merge brings belongs to it.
#
# `determine` reads what action.yml passes on of the event and sets
#   scope   whole, range or nothing
#   base    of a range a commit: what HEAD brings since it left it is to be scanned
#   tip     a tag object to be scanned as well; empty for HEAD alone
#   policy  the commit whose policy counts; empty for the one of the working tree
#   words   the same for people: fixed words and ids only
#
# The base of a pull request is the first parent of the merge that GitHub makes for it, where that is checked out, and the
# base that the event names otherwise: the named one can be older than the merge, and what the base branch got in
# between is not the pull request's. A new branch is compared with the default branch and not with every other branch:
# two branches pushed at once would each excuse the other.
# shellcheck shell=bash disable=SC2034,SC2154

repository() { git -c safe.directory='*' -C "$top" "$@"; }

is_here() { repository cat-file -e "$1^{commit}" 2>/dev/null; }

is_shallow() { [ "$(repository rev-parse --is-shallow-repository)" = true ]; }

# Whether the history between HEAD and a commit has been cut off. git takes a commit at the cut for a root.
is_cut() {
  local cut commits
  is_shallow || return 1
  cut=$(repository rev-parse --git-path shallow)
  case $cut in /* | [A-Za-z]:*) ;; *) cut=$top/$cut ;; esac
  commits=$(repository rev-list HEAD "^$1") || stop 3 "git cannot list the commits between $1 and HEAD"
  printf '%s\n' "$commits" | grep -xF -f "$cut" >/dev/null
}

# The parents that HEAD was made with, whether or not they are here.
parents() { repository cat-file commit HEAD | sed -n -e '/^$/q' -e 's/^parent //p'; }

# HEAD is this commit, has it as a parent, or goes on from it.
holds() {
  [ "$(repository rev-parse HEAD)" = "$1" ] || parents | grep -xF -e "$1" >/dev/null ||
    repository merge-base --is-ancestor "$1" HEAD 2>/dev/null
}

# demand COMMIT WHAT: the checkout is of what the event speaks of.
demand() {
  [ -z "$1" ] || holds "$1" ||
    stop 3 "HEAD does not hold $2, $1, so a scan of HEAD would not be one of it: check that out (with actions/checkout: \`ref: $1\`)"
}

# How many commits HEAD has beside those of another, for people.
brought() {
  local count
  count=$(repository rev-list --count HEAD "^$1")
  if [ "$count" = 1 ]; then echo "1 commit brings"; else echo "$count commits bring"; fi
}

every_branch="+refs/heads/*:refs/remotes/origin/*"

# lacking WHAT: fetches it if that is asked for, and has the range determined again; else says how to fetch it.
fetched="" again=""
lacking() {
  local unshallow="" command
  if is_shallow; then unshallow=" --unshallow"; fi
  command="git fetch$unshallow origin '$every_branch'"
  [ -z "$fetched" ] || stop 3 "$1, and the remote has it on no branch. Nothing was scanned"
  [ "$FETCH" = true ] ||
    stop 3 "$1. Nothing was scanned. Have it fetched: \`fetch-depth: 0\` for actions/checkout, \`fetch: true\` for this action, or \`$command\` before it"
  echo "$1: $command"
  # shellcheck disable=SC2086 # none or one word
  repository fetch --quiet --no-tags $unshallow origin "$every_branch" ||
    stop 3 "$1, and git could not fetch it. Nothing was scanned. Have it fetched: \`fetch-depth: 0\` for actions/checkout"
  fetched=yes again=yes
}

# The base of a pull request or of an entry of the merge queue.
base_of_change() {
  local first second rest
  demand "${QUEUE_HEAD:-$PULL_HEAD}" "the head of the change"
  base=${QUEUE_BASE:-$PULL_BASE}
  [ -n "$base" ] || stop 2 "mode pr: the event \`$EVENT\` has no base; say \`base:\`, or use another mode"
  [ -n "$PULL_HEAD" ] || return 0
  { read -r first && read -r second && ! read -r rest; } < <(parents) || return 0
  [ "$second" = "$PULL_HEAD" ] || return 0
  if ! is_here "$base" || repository merge-base --is-ancestor "$base" "$first"; then base=$first; fi
}

# The default branch as the remote has it; nothing for that branch itself, of which everything is new.
base_of_new() {
  base=refs/remotes/origin/$DEFAULT_BRANCH
  [ "$REF" != "refs/heads/$DEFAULT_BRANCH" ] || base=
}

base_of_push() {
  case $REF in
    refs/tags/*)
      [ "$(repository cat-file -t "$REF" 2>/dev/null)" != tag ] || tip=$REF
      base_of_new
      return
      ;;
  esac
  demand "$PUSH_AFTER" "what was pushed"
  base=$PUSH_BEFORE
  case $base in
    "") stop 2 "mode push: the event \`$EVENT\` says nothing of a push; say \`base:\`, or use another mode" ;;
    *[!0]*) ;;
    *)
      echo "a new ref: compared with the default branch"
      base_of_new
      return
      ;;
  esac
  is_here "$base" && return
  if [ "$PUSH_FORCED" = true ] || ! is_shallow; then
    echo "what the branch was before, $base, is not in the clone: compared with the default branch"
    base_of_new
  fi
}

# Which of the two ways, or everything.
way() {
  case $MODE in pr | push | full) echo "$MODE" && return ;; esac
  case $EVENT in
    pull_request* | merge_group) echo pr ;;
    push) echo push ;;
    *) if [ -n "$BASE" ]; then echo pr; else echo full; fi ;;
  esac
}

# Everything. Of a shallow clone keysieve scans what is there, and calls the scan incomplete.
whole() {
  scope=whole words="the whole history and the working tree"
  if [ "$FETCH" = true ] && is_shallow; then
    lacking "the clone is shallow: the history is not in it"
    [ -z "$again" ] || return 0
  fi
  policy_of_change
}

# A change does not excuse itself, however much is looked at because of it.
policy_of_change() {
  case $EVENT:$POLICY_FROM in pull_request*:base | merge_group:base) ;; *) return 0 ;; esac
  base=$PULL_BASE
  # By default this event checks the base out, which is no change.
  if [ "$EVENT" != pull_request_target ] || holds "$PULL_HEAD"; then base_of_change; fi
  if ! is_here "$base"; then
    lacking "the base $base, whose policy counts, is not in the clone"
    return 0
  fi
  policy=$(repository rev-parse "$base^{commit}") base=""
}

# One try; `again` says that it is to be made anew.
attempt() {
  scope=range base="" tip="" policy="" words="" again=""
  local way
  [ -n "$top" ] || stop 3 "not a git repository: check the repository out first"
  way=$(way)
  if [ "$way" = full ]; then
    [ -z "$BASE" ] || stop 2 "mode full takes no base"
    whole
    return
  fi
  if [ "$way" = push ] && [ "$PUSH_DELETED" = true ]; then
    scope=nothing words="a ref was deleted: there is nothing to scan"
    return
  fi
  if [ -n "$BASE" ]; then
    demand "${QUEUE_HEAD:-$PULL_HEAD}" "the head of the change"
    base=$BASE
  elif [ "$way" = pr ]; then
    base_of_change
  else
    base_of_push
  fi
  if [ -z "$base" ]; then
    whole
    return
  fi
  if ! is_here "$base"; then
    lacking "the base $base is not in the clone"
    return
  fi
  base=$(repository rev-parse "$base^{commit}")
  if is_cut "$base"; then
    lacking "the clone is shallow: commits between the base $base and HEAD are not in it"
    return
  fi
  if [ "$way" = pr ] && [ "$POLICY_FROM" = base ]; then policy=$base; fi
  words="what $(brought "$base")${tip:+, and a tag,} since $base, up to $(repository rev-parse HEAD)"
}

determine() {
  attempt
  if [ -n "$again" ]; then attempt; fi
}
