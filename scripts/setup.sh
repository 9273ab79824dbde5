#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Installs from Debian 12's packages what is missing; touches neither apt nor the network if nothing is.
set -euo pipefail

readonly all_groups="build run demo tests checks package interop"

# Group by group, so that whoever only wants to build need not take valgrind and clang.
declare -A packages=(
  [build]="git meson ninja-build g++ pkg-config python3 libglib2.0-dev libgstreamer1.0-dev
           libgstreamer-plugins-base1.0-dev libsoup-3.0-dev libjson-glib-dev libssl-dev
           libflac-dev libopus-dev libpocketsphinx-dev"
  [run]="gstreamer1.0-tools gstreamer1.0-plugins-base gstreamer1.0-plugins-good
         gstreamer1.0-plugins-bad glib-networking ca-certificates pocketsphinx-en-us"
  # textoverlay is in gstreamer1.0-x.
  [demo]="gstreamer1.0-x fonts-dejavu-core pocketsphinx-testdata"
  [tests]="python3-gst-1.0 python3-websockets libgtest-dev libbenchmark-dev pocketsphinx-testdata gstreamer1.0-x
          fonts-dejavu-core"
  [interop]="nodejs npm"
  [checks]="clang clang-tidy clang-format valgrind libclang-rt-14-dev util-linux"
  [package]="debhelper dpkg-dev lintian gstreamer1.0-x"
)

usage() {
  cat <<TEXT
Usage: scripts/setup.sh [--hooks] [--list] [GROUP...]

Installs the Debian packages that are missing, through apt-get as root or with sudo.
Groups: $all_groups (default: build run)

  --hooks  have git check formatting and commit titles before it commits here
  --list   print the packages of the groups, install nothing
TEXT
}

fail() {
  printf 'setup: %s\n' "$@" >&2
  exit 1
}

list() {
  local group
  for group in "$@"; do printf '%s\n' ${packages[$group]}; done | sort -u
}

missing() {
  local package
  list "$@" | while read -r package; do
    dpkg-query -W -f='${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed ||
      echo "$package"
  done
}

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif [ -t 0 ]; then
    sudo "$@"
  else
    sudo -n "$@"
  fi
}

apt() {
  # Without a terminal or an answer: debconf must not ask, and another apt may be at work.
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 -q "$@" </dev/null
}

install() {
  local wanted=("$@") left
  command -v apt-get >/dev/null && command -v dpkg-query >/dev/null ||
    fail "this system has no apt-get; install what matches these Debian packages:" "  ${wanted[*]}"
  [ "$(id -u)" = 0 ] || command -v sudo >/dev/null ||
    fail "not root and no sudo; run as root: apt-get install ${wanted[*]}"
  echo "setup: installing ${wanted[*]}"
  # One source of several may be out of reach; whether that matters, the install shows.
  apt update || echo "setup: apt-get update failed, trying with the lists that are here" >&2
  apt install --yes --no-install-recommends "${wanted[@]}" || {
    left=$(missing "${groups[@]}" | tr '\n' ' ')
    fail "apt-get could not install: $left" \
      "see its message above; the project wants Debian 12 or later, the network and its package lists"
  }
}

hooks() {
  git -C "$(dirname "$0")/.." config core.hooksPath scripts/hooks
  echo "setup: git runs scripts/hooks from now on"
}

groups=()
only_list=false
with_hooks=false
for argument in "$@"; do
  case $argument in
    -h | --help) usage && exit ;;
    --hooks) with_hooks=true ;;
    --list) only_list=true ;;
    *) [ -n "${packages[$argument]:-}" ] || fail "no group '$argument'; there are: $all_groups"
      groups+=("$argument") ;;
  esac
done

if $with_hooks; then
  hooks
  [ ${#groups[@]} -gt 0 ] || exit 0
fi
[ ${#groups[@]} -gt 0 ] || groups=(build run)
if $only_list; then
  list "${groups[@]}"
  exit
fi
command -v dpkg-query >/dev/null || fail "this is not Debian; install what matches these packages:" \
  "$(list "${groups[@]}" | tr '\n' ' ')"
mapfile -t wanted < <(missing "${groups[@]}")
[ ${#wanted[@]} -eq 0 ] || install "${wanted[@]}"
