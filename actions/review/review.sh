#!/usr/bin/env bash
# Reviews a preview, which is data that somebody else's code made. Nothing in it, and nothing beside
# it, is run. Takes from the environment:
#   TOOL        the folder into which install.sh put tailscope
#   PREVIEW     the preview's path; nothing need be there
#   PREVIEWED   how the job ended that made it: success, or anything else
#   PROJECT     the Pulumi project; with STACK it names the comment and the status
#   STACK       the stack
#   FAIL_ON     what `tailscope review --fail-on` takes, or never
#   POLICY      where the policy file is, from the root of the repository; empty where reach is not
#               reviewed by a file
#   POLICY_AFTER the same file of the branch, which is data as the preview is
#   BASE        a checkout of what the branch would be merged into, which the branch cannot write
#   DENY        what no credential may reach, one target a line
#   FOLDER      where the program's Pulumi.yaml is, from the root of the repository
#   FORMATS     what the caller passes on beside review.md: sarif, html or both
#   REPORTS     an empty folder for review.md and, where something was reviewed, a report in each of
#               FORMATS, for example review.sarif
#   RESULT      a file that gets the lines code=… (0, 1 or 2, as of tailscope review), verdict=…
#               and reviewed=…
set -euo pipefail

limit=$((64 * 1024 * 1024))
name='^[A-Za-z0-9][A-Za-z0-9._/-]*$'
if ! [[ $PROJECT =~ $name && $STACK =~ $name ]]; then
  echo "The project and the stack must each be a name of letters, digits and . _ - / alone." >&2
  exit 1
fi
case $FAIL_ON in
  admin | persist | write | reach | gained | any) limits=(--fail-on "$FAIL_ON") ;;
  never) limits=() ;;
  *)
    echo "fail-on must be admin, persist, write, reach, gained, any or never." >&2
    exit 1
    ;;
esac
POLICY=${POLICY:-}
if [ -n "$POLICY" ] && ! [[ $POLICY =~ $name && /$POLICY/ != */../* ]]; then
  echo "The policy file must be a path from the root of the repository, of letters, digits and . _ - / alone." >&2
  exit 1
fi
reach=()
while IFS= read -r target; do
  if [ -n "$target" ]; then reach+=("--deny=$target"); fi
done <<< "${DENY:-}"
title="$PROJECT/$STACK"
mkdir -p "$REPORTS"
# tailscope runs once for each format: what one run compiled, the next has. Nobody else writes there.
export NODE_COMPILE_CACHE="$TOOL/compiled"

# In a folder that has nothing but the policy file, so that reports call it as the repository does.
review() {
  (
    cd "$REPORTS/files"
    node "$TOOL/dist/cli/main.js" review "$REPORTS/preview.json" --title "$title" --cwd "$FOLDER" \
      "${reach[@]}" "$@"
  )
}

result() {
  printf 'code=%s\nverdict=%s\nreviewed=%s\n' "$1" "$2" "$3" >> "$RESULT"
}

# A comment all the same, in the place of the one before: silence would leave an older verdict
# standing.
not_reviewed() {
  printf '<!-- tailscope review %s -->\n### Access to the tailnet, `%s`: not reviewed\n\n**%s**\n' \
    "$(sed 's/--*/-/g' <<< "$title")" "$title" "$1" > "$REPORTS/review.md"
  echo "$1"
  result 1 admin false
  exit 0
}

[ "$PREVIEWED" = success ] || not_reviewed "The preview failed: the log of its job says why."
if [ -L "$PREVIEW" ] || [ ! -f "$PREVIEW" ]; then not_reviewed "There is no preview to review."; fi
[ "$(wc -c < "$PREVIEW")" -le "$limit" ] || not_reviewed "The preview has more than $limit bytes."
cp "$PREVIEW" "$REPORTS/preview.json"
mkdir -p "$REPORTS/files"
if [ -n "$POLICY" ]; then
  if [ -L "$POLICY_AFTER" ] || [ ! -f "$POLICY_AFTER" ]; then not_reviewed "There is no policy file to review."; fi
  [ "$(wc -c < "$POLICY_AFTER")" -le "$limit" ] || not_reviewed "The policy file has more than $limit bytes."
  # An empty workspace was never checked out; a base without the file has none yet.
  [ -n "$(ls -A "$BASE" 2> /dev/null)" ] || not_reviewed "There is nothing to compare the policy file with: the base is not a checkout."
  mkdir -p "$REPORTS/files/$(dirname "$POLICY")"
  cp "$POLICY_AFTER" "$REPORTS/files/$POLICY"
  if [ -f "$BASE/$POLICY" ]; then cp "$BASE/$POLICY" "$REPORTS/before"; else : > "$REPORTS/before"; fi
  reach+=(--policy "$POLICY" --policy-before "$REPORTS/before")
fi

# What is not understood ends with 1 and prints its report all the same.
review --format markdown > "$REPORTS/review.md" || true
[ -s "$REPORTS/review.md" ] || not_reviewed "The preview cannot be reviewed: the log of this job says why."
for format in $FORMATS; do review --format "$format" > "$REPORTS/review.$format" || true; done
review --format json > "$REPORTS/review.json" || true
read_verdict='JSON.parse(require("node:fs").readFileSync(process.argv[1], "utf8")).verdict'
verdict=$(node -p "$read_verdict" "$REPORTS/review.json")
[[ $verdict =~ ^(admin|persist|write|read|none)$ ]]

code=0
review "${limits[@]}" || code=$?
result "$code" "$verdict" true
