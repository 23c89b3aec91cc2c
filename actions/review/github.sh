#!/usr/bin/env bash
# The step "Review" of action.yml: review.sh, whose log GitHub must not take for commands of its
# own.
# Source: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#stopping-and-starting-workflow-commands
set -euo pipefail

stop=$(node -p 'crypto.randomUUID()')
echo "::stop-commands::$stop"
ended=0
FORMATS=sarif RESULT="$GITHUB_OUTPUT" bash "$(dirname "${BASH_SOURCE[0]}")/review.sh" || ended=$?
echo "::$stop::"
[ -f "$REPORTS/review.md" ] && cat "$REPORTS/review.md" >> "$GITHUB_STEP_SUMMARY"
exit "$ended"
