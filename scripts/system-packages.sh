#!/usr/bin/env bash
# Installs what the tests need beyond npm: a browser to show VS Code in, a compiler for its native modules, Neovim and tmux.
# Only what is missing, and only as root on Debian or Ubuntu; anywhere else it says what to install.
# It always exits 0: suites that lack something say so themselves, and fail under CI.
#
#   system-packages.sh            for the suites in the VS Code that is built from npm packages
#   system-packages.sh display    also a virtual display, for a VS Code that opens a window of its own
set -euo pipefail

missing=()

need() { # package command...: the package is missing if none of its commands is there
  local package=$1 command
  shift
  for command in "$@"; do
    if command -v "$command" >/dev/null 2>&1; then return; fi
  done
  missing+=("$package")
}

need chromium chromium chromium-browser google-chrome google-chrome-stable
need python3 python3
need make make
need g++ g++
need neovim nvim
need tmux tmux
if [ "${1:-}" = display ]; then
  need xvfb Xvfb
fi

if [ ${#missing[@]} -eq 0 ]; then exit 0; fi

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
  echo "Some tests need packages that are not here, and only root on Debian can install them from this script; please install: ${missing[*]}."
  exit 0
fi

echo "Installing what the tests need: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
if ! { apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}"; }; then
  echo "These packages could not be installed, so the tests that need them will not run: ${missing[*]}."
fi
