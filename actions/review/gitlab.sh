#!/usr/bin/env bash
# The review in GitLab CI: fetches the one file that the job "preview" of this pipeline made,
# reviews it, comments, and ends with 0 where the change may be merged. Takes PROJECT, STACK,
# FAIL_ON, DENY, FOLDER and GITLAB_TOKEN from the environment, and what GitLab sets.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
# Where the policy file is one beside the preview, this job knows none of before.
export POLICY=
export TOOL=$work/tool REPORTS=$work/reports PREVIEW=$work/preview.json RESULT=$work/result
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
