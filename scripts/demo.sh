#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# From a fresh Debian 12 to a captioned video: installs, builds, captions recorded speech.
set -euo pipefail

begun=$EPOCHREALTIME
root=$(cd "$(dirname "$0")/.." && pwd)
build=$root/build-demo

usage() {
  cat <<TEXT
Usage: scripts/demo.sh

Installs the Debian packages that are missing, builds into build-demo, captions five recorded sentences and
leaves in demo-output: transcript.txt, captions.srt, captions.vtt, captioned.webm and frame.png.
Speech goes to a server on this machine (gst-deepgram-server with PocketSphinx, offline), or to Deepgram
if DEEPGRAM_API_KEY is set.
TEXT
}

say() { printf '\n== %s\n' "$1"; }

fail() {
  printf 'demo: %s\n' "$@" >&2
  exit 1
}

case ${1:-} in
  -h | --help) usage && exit ;;
  ?*) usage >&2 && exit 2 ;;
esac

say "Packages"
"$root/scripts/setup.sh" build run demo
echo "all there"

say "Build (release, in ${build#"$root"/})"
if [ ! -f "$build/build.ninja" ]; then
  meson setup "$build" "$root" --buildtype=release -Dserver=enabled -Dtests=disabled \
    >"$root/build-demo-setup.log" 2>&1 || {
    tail -n 20 "$root/build-demo-setup.log" >&2
    fail "meson setup failed, see above"
  }
fi
ninja -C "$build" || fail "the build failed, see above; to begin anew: rm -r ${build#"$root"/}"

exec python3 "$root/scripts/demo.py" "$root" "$build" "$begun"
