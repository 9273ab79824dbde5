#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Draws docs/pictures: what viewers see of captions, made with the elements and the server of a build folder.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
build=$(cd "${1:-$root/build}" && pwd)
pictures=$root/docs/pictures
work=$(mktemp -d)
server=

finish() {
  [ -z "$server" ] || kill "$server"
  rm -r "$work"
}
trap finish EXIT

fail() {
  printf 'pictures: %s\n' "$@" >&2
  exit 1
}

[ -x "$build/tools/server/gst-deepgram-server" ] ||
  fail "no gst-deepgram-server in $build; usage: scripts/pictures.sh [BUILD_FOLDER]"
fc-list :lang=ja 2>/dev/null | grep -q . || fail "no font has Japanese; apt-get install fonts-vlgothic"
export GST_PLUGIN_PATH=$build/gst/plugin GST_REGISTRY=$work/registry

# Says what a scenario says; sets url.
serve() {
  local output=$work/url
  printf '[%s]\n' "$1" >"$work/scenario.json"
  rm -f "$output"
  mkfifo "$output"
  "$build/tools/server/gst-deepgram-server" --quiet --scenario "$work/scenario.json" >"$output" &
  server=$!
  read -r url <"$output" || fail "the server did not start"
}

# NAME, the second at which to look, properties of deepgramtranscribe and of textoverlay, and what is said.
picture() {
  local name=$1 second=$2 transcribe=$3 overlay=$4
  serve "$5"
  # Ticks, since what audiotestsrc calls silence is marked as such, and not sent.
  gst-launch-1.0 -q audiotestsrc wave=ticks samplesperbuffer=320 num-buffers=600 ! audio/x-raw,rate=16000 ! \
    deepgramtranscribe url="$url" max-rate=0 $transcribe ! queue ! overlay.text_sink \
    videotestsrc pattern=gradient foreground-color=0xff26323c background-color=0xff101418 num-buffers=12 ! \
    video/x-raw,width=640,height=360,framerate=1/1 ! videoconvert ! textoverlay name=overlay font-desc="Sans 16" $overlay ! \
    videoconvert ! pngenc ! multifilesink location="$work/%d.png"
  kill "$server"
  server=
  cp "$work/$second.png" "$pictures/$name.png"
  echo "$name.png $(stat -c %s "$pictures/$name.png")"
}

mkdir -p "$pictures"
# Aligned to the left, a line does not move while it grows.
grows="halignment=left line-alignment=left xpad=90"

picture one-line 2 "" "" '
  {"at": 4, "start": 1, "duration": 2, "say": "Good evening, and welcome back.", "speech_final": true}'

picture two-lines 2 "" "" '
  {"at": 8, "start": 1, "duration": 4, "speech_final": true,
   "say": "The rain has reached the coast by now, and it will stay until the end of May."}'

picture two-speakers 3 "granularity=rollup speaker-labels=color" "$grows" '
  {"at": 4, "start": 1, "duration": 1.5, "say": "Have you read what they wrote about us?", "speaker": 0, "speech_final": true},
  {"at": 6, "start": 2.6, "duration": 0.6, "say": "Not yet.", "speaker": 1, "speech_final": true}'

picture roll-up 5 "granularity=rollup speaker-labels=dash" "$grows" '
  {"at": 8, "start": 1, "duration": 2, "speaker": 0, "speech_final": true,
   "say": "So what did you think when you saw it?"},
  {"at": 8, "start": 3.2, "duration": 3, "speaker": 1, "speech_final": true,
   "say": "It was much larger than I remembered it, and so much darker."}'

picture japanese 2 "" "" '
  {"at": 8, "start": 1, "duration": 5, "speech_final": true,
   "say": "吾輩は猫である。名前はまだ無い。どこで生れたか、とんと見当がつかぬ。"}'

picture arabic 2 "" "" '
  {"at": 8, "start": 1, "duration": 5, "speech_final": true,
   "say": "مرحبا بكم في هذا البث المباشر، نتمنى لكم مشاهدة ممتعة مع الجميع."}'
