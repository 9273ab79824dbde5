#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Builds the fuzzers, runs them one after the other, and keeps what they found new, as little of it as will do.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
build=${DG_FUZZ_BUILD:-$root/build-fuzz}
readonly fuzz=$root/tests/fuzz
readonly all_targets="message transcript reconnect captions query scenario"
# The longest input: more than any real one, little enough to try many.
declare -A longest=([message]=65536 [transcript]=4096 [reconnect]=2048 [captions]=2048 [query]=2048
                    [scenario]=8192)

usage() {
  cat <<TEXT
Usage: scripts/fuzz.sh [--seconds N] [TARGET...]

Builds the targets with clang, ASan and UBSan into build-fuzz and runs each for N seconds (default: 60), from
tests/fuzz/corpus. What is new there is added, inputs that cover nothing of their own are left out, and
libFuzzer's last words go to tests/fuzz/status. An input that breaks a promise stops it and is named.

  scripts/fuzz.sh                        all targets: $all_targets
  scripts/fuzz.sh --seconds 600 message  one, for ten minutes
  scripts/fuzz.sh --seconds 0            no new inputs: those that are there, minimised

DG_FUZZ_BUILD names another build folder.
TEXT
}

fail() {
  printf 'fuzz: %s\n' "$@" >&2
  exit 1
}

configure() {
  [ -f "$build/build.ninja" ] ||
    CC=clang CXX=clang++ meson setup "$build" "$root" -Dfuzzing=enabled -Db_sanitize=address,undefined \
      -Db_lundef=false -Doptimization=1 -Ddebug=true -Dcpp_args=-g1 -Dwerror=true ||
    fail "meson setup failed; $build/meson-logs/meson-log.txt says why"
  ninja -C "$build" --quiet fuzzers || fail "the build failed (ninja: $?), see above"
}

# Runs a target with libFuzzer's options; $1 is its name, the options follow.
fuzzer() {
  local target=$1
  shift
  # GLib's criticals and what UBSan finds are findings, too.
  HOME=/nonexistent G_SLICE=always-malloc G_DEBUG=fatal-criticals \
    UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 \
    LSAN_OPTIONS=print_suppressions=0:suppressions="$fuzz/../support/lsan.supp" \
    "$build/tests/fuzz/${target}_fuzz" -max_len="${longest[$target]}" "$@"
}

# The lines that say how far it came; none of them has a path.
last_words() {
  grep -E '^#[0-9]+.*(DONE|INITED) ' "$1" | tail -n 1
  grep -E '^(Done |stat::)' "$1"
}

run() {
  local target=$1 seconds=$2 work=$build/fuzz/$1 corpus=$fuzz/corpus/$1 dictionary=()
  rm -rf "$work"
  mkdir -p "$work/found" "$work/merged" "$corpus" "$fuzz/status"
  [ ! -f "$fuzz/$target.dict" ] || dictionary=(-dict="$fuzz/$target.dict")
  if [ "$seconds" -gt 0 ]; then
    fuzzer "$target" "${dictionary[@]}" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 \
      -print_final_stats=1 -artifact_prefix="$work/" "$work/found" "$corpus" >"$work/log" 2>&1 || {
      grep -E 'does not hold|runtime error|CRITICAL|ERROR|SUMMARY|Test unit written' "$work/log" >&2 || true
      fail "$target broke a promise; all of it is in $work/log"
    }
    last_words "$work/log" >"$fuzz/status/$target.txt"
  fi
  fuzzer "$target" -merge=1 -set_cover_merge=1 "$work/merged" "$corpus" "$work/found" \
    >"$work/merge.log" 2>&1 || fail "$target: what was found cannot be merged, see $work/merge.log"
  rm -rf "$corpus"
  mv "$work/merged" "$corpus"
  printf '%-10s %4d inputs in the corpus, %4d KiB\n' "$target" "$(find "$corpus" -type f | wc -l)" \
    "$((($(find "$corpus" -type f -printf '%s+')0) / 1024))"
  [ "$seconds" = 0 ] || head -n 2 "$fuzz/status/$target.txt"
}

seconds=60
targets=()
while [ $# -gt 0 ]; do
  case $1 in
    -h | --help) usage && exit ;;
    --seconds) [[ ${2:-} =~ ^[0-9]+$ ]] || fail "--seconds wants a number"
      seconds=$2
      shift ;;
    *) [[ " $all_targets " == *" $1 "* ]] || fail "no target '$1'; there are: $all_targets"
      targets+=("$1") ;;
  esac
  shift
done
[ ${#targets[@]} -gt 0 ] || read -ra targets <<<"$all_targets"

"$root/scripts/setup.sh" build tests checks
configure
for target in "${targets[@]}"; do run "$target" "$seconds"; done
