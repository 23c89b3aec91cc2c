#!/usr/bin/env bash
# The review in GitLab CI: fetches the one file that the job "preview" of this pipeline made,
# reviews it, comments, and ends with 0 where the change may be merged. Takes PROJECT, STACK,
# FAIL_ON, POLICY, DENY, FOLDER and GITLAB_TOKEN from the environment, and what GitLab sets.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
POLICY=${POLICY:-}
if [ -n "$POLICY" ] && ! [[ $POLICY =~ ^[A-Za-z0-9][A-Za-z0-9._/-]*$ && /$POLICY/ != */../* ]]; then
  echo "POLICY must be a path from the root of the repository, of letters, digits and . _ - / alone." >&2
  exit 1
fi
export POLICY POLICY_AFTER=$work/policy.hujson BASE=$work/base
export TOOL=$work/tool REPORTS=$work/reports PREVIEW=$work/preview.json RESULT=$work/result
export FORMATS=html
bash "$here/install.sh" "$TOOL"

# By the API, and not as an artifact that GitLab puts here: that would bring the variables of a
# dotenv report along.
PREVIEWED=$(node "$here/gitlab-preview.mjs" "$PREVIEW")
export PREVIEWED
bash "$here/review.sh"

reviewed_code=$(sed -n 's/^code=//p' "$RESULT")
node "$TOOL/dist/cli/main.js" comment "$REPORTS/review.md"
# For the job's artifacts, where the runner keeps them.
if [ -f "$REPORTS/review.html" ]; then cp "$REPORTS/review.html" "$CI_PROJECT_DIR/review.html"; fi
exit "$reviewed_code"
