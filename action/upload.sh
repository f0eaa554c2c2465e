#!/usr/bin/env bash
# Sends the SARIF report to code scanning. It needs `security-events: write`, which forks and Dependabot do not have: that it
# fails is a warning, and never changes how the job ends.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/common.sh"

give_up() {
  warning "the SARIF report was not uploaded: $1"
  exit 0
}

# What a branch is said to have in one upload and not in the next is taken for mended. A pull request is looked at whole each
# time; of a branch, what one push brings is gone from the report of the next.
case $SCOPE:$REF in
  range:refs/pull/* | range:refs/heads/gh-readonly-queue/*) ;;
  range:*)
    notice "the SARIF report was not uploaded: it has only what this push brings, and code scanning would close the alerts of what an earlier one brought. A scan of everything, on a schedule or with \`mode: full\`, uploads the whole"
    exit 0
    ;;
esac
[ -f "$SARIF" ] || give_up "there is none"
command -v gh >/dev/null 2>&1 || give_up "gh, GitHub's command line, is not on this runner"
encoded=$(mktemp "${RUNNER_TEMP:-/tmp}/keysieve-sarif.XXXXXX") || give_up "no temporary file"
gzip -c -- "$SARIF" | base64 | tr -d '\n' >"$encoded" || give_up "it could not be compressed"
# code scanning takes 10 MB of it.
[ "$(wc -c <"$encoded")" -le 13981013 ] || give_up "compressed it has more than the 10 MB that code scanning takes"
answer=$(gh api --method POST "repos/$REPOSITORY/code-scanning/sarifs" \
  -f "commit_sha=$COMMIT" -f "ref=$REF" -F "sarif=@$encoded" -f tool_name=keysieve 2>&1) ||
  give_up "$answer (it takes \`security-events: write\`, and code scanning switched on)"
echo "uploaded for $COMMIT"
