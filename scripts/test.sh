#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Installs what is missing, builds, runs every test, and says how many passed.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
build=${DG_TEST_BUILD:-$root/build-test}

usage() {
  cat <<TEXT
Usage: scripts/test.sh [ARGUMENT OF meson test...]

Installs the Debian packages that are missing, builds into build-test with warnings as errors,
runs the tests there and ends with a line 'N passed, N failed'. Fails if a test did, or if none ran.

  scripts/test.sh                    all tests
  scripts/test.sh --suite core       one suite
  scripts/test.sh --list             their names
  scripts/test.sh --setup=valgrind   under valgrind

DG_TEST_BUILD names another build folder.
TEXT
}

fail() {
  printf 'test: %s\n' "$@" >&2
  exit 1
}

case ${1:-} in -h | --help) usage && exit ;; esac
unset DEEPGRAM_API_KEY DEEPGRAM_ACCESS_TOKEN

"$root/scripts/setup.sh" build run tests
# auto_features: a test program that cannot be built is an error here, never left out. What libFuzzer drives
# is none: scripts/fuzz.sh builds it.
# g1: lines but no variables for a debugger, which takes gcc a third less time.
[ -f "$build/build.ninja" ] || meson setup "$build" "$root" \
  -Dbuildtype=debugoptimized -Dcpp_args=-g1 -Dwerror=true -Dauto_features=enabled -Dfuzzing=disabled ||
  fail "meson setup failed; $build/meson-logs/meson-log.txt says why"
ninja -C "$build" || fail "the build failed (ninja: $?), see above"

rm -f "$build"/meson-logs/testlog*.json
status=0
meson test -C "$build" --no-rebuild --print-errorlogs "$@" || status=$?
case " $* " in *" --list "*) exit "$status" ;; esac
python3 "$root/tests/support/tally.py" "$build"/meson-logs/testlog*.json || status=1
exit "$status"
