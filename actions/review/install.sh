#!/usr/bin/env bash
# install.sh FOLDER: puts the command tailscope into FOLDER, as it is at the commit that this file
# belongs to. Its packages, and the compiler, come from npm in exactly the versions and with exactly
# the contents that package-lock.json beside this file names.
#
# Nothing that a job before this one may have left counts: no npm settings of the user, no script of
# a package, no option of Node.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
mkdir -p "$1"
cd "$1"
cp "$here/package.json" "$here/package-lock.json" .
unset NODE_OPTIONS NODE_PATH
# (Files that are not there; npm takes no device for one.)
export NPM_CONFIG_USERCONFIG=$PWD/user.npmrc NPM_CONFIG_GLOBALCONFIG=$PWD/global.npmrc
export NPM_CONFIG_CACHE=$PWD/cache
npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error
node node_modules/typescript/bin/tsc --project "$here/tsconfig.json" --outDir dist
