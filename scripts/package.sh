#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Builds the Debian packages of what is committed; can install them, try them and take them away again.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
readonly packages=(gstreamer1.0-deepgramlive gst-deepgram-tools)

usage() {
  cat <<TEXT
Usage: scripts/package.sh [--try] [FOLDER]

Installs the Debian packages that are missing to build, and leaves ours in FOLDER (default: build-package).
What is not committed is not in them.

  --try  install them, run debian/tests/smoke, and remove them; as root or with sudo
TEXT
}

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

try=false
folder=$root/build-package
for argument in "$@"; do
  case $argument in
    -h | --help) usage && exit ;;
    --try) try=true ;;
    -*) usage >&2 && exit 2 ;;
    *) folder=$(realpath -m "$argument") ;;
  esac
done

"$root/scripts/setup.sh" build run package
rm -rf "$folder/source"
mkdir -p "$folder/source"
rm -f "$folder"/*.deb "$folder"/*.ddeb
git -C "$root" archive HEAD | tar -x -C "$folder/source"
(cd "$folder/source" && dpkg-buildpackage --build=binary --no-sign)
cp "$folder/source/debian/tests/smoke" "$folder"
rm -rf "$folder/source"
ls "$folder"/*.deb

$try || exit 0
for package in "${packages[@]}"; do
  if dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed; then
    echo "package: $package is installed already, and would be removed; try them on another machine" >&2
    exit 1
  fi
done
trap 'as_root dpkg --purge "${packages[@]}"' EXIT
for package in "${packages[@]}"; do as_root dpkg --install "$folder/${package}"_*.deb; done
"$folder/smoke"
