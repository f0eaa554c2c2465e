#!/usr/bin/env bash
# Writes what was found into one comment of the pull request, and into the same one at the next run. It needs
# `pull-requests: write`, which forks and Dependabot do not have: that it fails is a warning, and never changes how the job ends.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/common.sh"

give_up() {
  warning "no comment was written: $1"
  exit 0
}

# The first line of the comment, by which it is found again. Every job has its own.
mark="<!-- keysieve $WORKFLOW $JOB -->"
mark=${mark//$'\n'/ }

case $PULL in "" | *[!0-9]*) give_up "the event is not of a pull request" ;; esac
[ -f "$TEXT" ] || give_up "there is nothing to say"
command -v gh >/dev/null 2>&1 || give_up "gh, GitHub's command line, is not on this runner"
body=$(mktemp "${RUNNER_TEMP:-/tmp}/keysieve-comment.XXXXXX") || give_up "no temporary file"
# A comment takes 65,536 characters; whole lines only.
{
  printf '%s\n' "$mark"
  LC_ALL=C awk '{ size += length($0) + 1 } size > 60000 { print "\n… cut here: the summary of the job has the rest"; exit } { print }' "$TEXT"
} >"$body"

comments=repos/$REPOSITORY/issues/$PULL/comments
# The mark goes to the filter as data.
found=$(MARK=$mark gh api --paginate "$comments?per_page=100" \
  --jq '.[] | select(.body // "" | split("\n")[0] | rtrimstr("\r") == env.MARK) | .id' 2>&1) || give_up "$found"
for id in $found; do
  # One with the mark may be somebody else's.
  if answer=$(gh api --method PATCH "repos/$REPOSITORY/issues/comments/$id" -F "body=@$body" 2>&1); then
    echo "comment $id was written anew"
    exit 0
  fi
done
if [ "$FINDINGS" = 0 ] && [ "$CODE" = 0 ]; then
  echo "nothing was found, and no comment is there: none is needed"
  exit 0
fi
answer=$(gh api --method POST "$comments" -F "body=@$body" 2>&1) ||
  give_up "$answer (it takes \`pull-requests: write\`)"
echo "a comment was written"
