#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Whether clients that are not ours understand gst-deepgram-server: Deepgram's own SDK and a plain WebSocket client.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
build=${DG_TEST_BUILD:-$root/build-test}
readonly root build
readonly sdk=@deepgram/sdk@5.13.0
readonly speech=/usr/share/pocketsphinx/test/data/librivox
readonly fixtures=$root/tests/fixtures/interop

usage() {
  cat <<TEXT
Usage: scripts/interop.sh [--record]

Builds gst-deepgram-server, fetches $sdk with npm into a temporary folder, and has that SDK and
Python's websockets stream to the server on this machine, unchanged but for its URL. Prints a line a check and
'N passed, N failed'; fails if one did. Only npm needs the network.

  --record  keep what the SDK sends in ${fixtures#"$root"/}, which the normal tests play to the server

DG_TEST_BUILD names another build folder than build-test.
TEXT
}

fail() {
  printf 'interop: %s\n' "$@" >&2
  exit 1
}

# Prints the lines of a client's checks, and counts them.
passed=0
failed=0
check() {
  local title=$1 status=0 log=$folder/log bad
  shift
  printf '\n== %s\n' "$title"
  "$@" 2>&1 | tee "$log" || status=$?
  passed=$((passed + $(grep -cE '^ok |\.\.\. ok$' "$log" || true)))
  bad=$(grep -cE '^FAILED |\.\.\. (FAIL|ERROR)$' "$log" || true)
  # One that ends before it could say why failed as well.
  [ "$status" = 0 ] || [ "$bad" -gt 0 ] || bad=1
  failed=$((failed + bad))
}

record=
case ${1:-} in
  '') ;;
  --record) record=$fixtures && mkdir -p "$record" ;;
  -h | --help) usage && exit ;;
  *) usage >&2 && exit 2 ;;
esac
unset DEEPGRAM_API_KEY DEEPGRAM_ACCESS_TOKEN

"$root/scripts/setup.sh" build run tests
if ! command -v node >/dev/null || ! command -v npm >/dev/null; then "$root/scripts/setup.sh" interop; fi
[ -f "$build/build.ninja" ] || meson setup "$build" "$root" -Dbuildtype=debugoptimized -Dcpp_args=-g1 \
  -Dwerror=true -Dauto_features=enabled -Dfuzzing=disabled || fail "meson setup failed, see above"
ninja -C "$build" tools/server/gst-deepgram-server || fail "the build failed, see above"

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
server=$build/tools/server/gst-deepgram-server
recordings=("$speech"/*.wav)
[ -f "${recordings[0]}" ] || fail "there is no recorded speech in $speech"

# Beside the SDK, which is all that they may find.
cp "$root"/tests/interop/*.mjs "$folder"
npm install --prefix "$folder" --ignore-scripts --no-audit --no-fund --loglevel=error "$sdk" ||
  fail "npm could not install $sdk, see above"

for test in sdk_test sdk_browser_test; do
  check "$test: $sdk on node $(node --version)" env --chdir="$folder" INTEROP_SERVER="$server" \
    INTEROP_SPEECH="${recordings[0]}" INTEROP_RECORD="$record" \
    node --test-reporter=./reporter.mjs "$test.mjs"
done
check "websockets_test: python3-websockets" /usr/bin/python3 "$root/tests/interop/websockets_test.py" "$server"

printf '\n%s passed, %s failed\n' "$passed" "$failed"
[ "$passed" -gt 0 ] && [ "$failed" = 0 ]
