#!/usr/bin/env bash
# Adopts the existing credentials of a tailnet. Usage: ./adopt.sh FOLDER STACK
set -euo pipefail

folder=${1:?"name the folder to write the program to"}
stack=${2:?"name the stack to import into"}

npx tailscope adopt --all --out "$folder"
cd "$folder"
npm install
pulumi stack init "$stack"
pulumi import --stack "$stack" --file import.json --generate-code=false --protect=false --yes
pulumi preview --stack "$stack" --refresh --expect-no-changes
