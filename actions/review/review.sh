#!/usr/bin/env bash
# Reviews a preview, which is data that somebody else's code made. Nothing in it, and nothing beside
# it, is run. Takes from the environment:
#   TOOL        the folder into which install.sh put tailscope
#   PREVIEW     the preview's path; nothing need be there
#   PREVIEWED   how the job ended that made it: success, or anything else
#   PROJECT     the Pulumi project; with STACK it names the comment and the status
#   STACK       the stack
#   FAIL_ON     what `tailscope review --fail-on` takes, or never
#   FOLDER      where the program's Pulumi.yaml is, from the root of the repository
#   REPORTS     an empty folder for review.md and, where something was reviewed, review.sarif and
#               review.html
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
title="$PROJECT/$STACK"
mkdir -p "$REPORTS"

review() {
  node "$TOOL/dist/cli/main.js" review "$REPORTS/preview.json" --title "$title" --cwd "$FOLDER" "$@"
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

# What is not understood ends with 1 and prints its report all the same.
review --format markdown > "$REPORTS/review.md" || true
[ -s "$REPORTS/review.md" ] || not_reviewed "The preview cannot be reviewed: the log of this job says why."
review --format sarif > "$REPORTS/review.sarif" || true
review --format html > "$REPORTS/review.html" || true
review --format json > "$REPORTS/review.json" || true
read_verdict='JSON.parse(require("node:fs").readFileSync(process.argv[1], "utf8")).verdict'
verdict=$(node -p "$read_verdict" "$REPORTS/review.json")
[[ $verdict =~ ^(admin|persist|write|read|none)$ ]]

code=0
review "${limits[@]}" || code=$?
result "$code" "$verdict" true
