#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Captions recorded speech with what scripts/demo.sh built, and looks at what came out.

Usage: demo.py SOURCE_ROOT BUILD_FOLDER BEGUN, the last as seconds since 1970.
"""
import contextlib
import html
import os
import pathlib
import re
import select
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import time
import wave

SPEECH = pathlib.Path("/usr/share/pocketsphinx/test/data/librivox")
WIDTH, HEIGHT = 848, 480  # the width is a multiple of 16, so that a row of grey has no padding
START_SECONDS = 60  # the server loads its model
RUN_SECONDS = 300
WHOLE = "queue max-size-buffers=0 max-size-bytes=0 max-size-time=0"  # the text comes late


class Failure(Exception):
    """What went wrong, and what to do about it."""


def step(title):
    print(f"\n== {title}", flush=True)


def clock(seconds):
    return f"{int(seconds) // 60:02}:{seconds % 60:06.3f}"


def join_speech(target):
    """One WAV of the recorded sentences, a second of silence between them; its length in seconds."""
    recordings = sorted(SPEECH.glob("*.wav"))
    if not recordings:
        raise Failure(f"no recordings in {SPEECH}; scripts/setup.sh demo installs them")
    with wave.open(str(target), "wb") as joined:
        for index, recording in enumerate(recordings):
            with wave.open(str(recording)) as sentence:
                if index == 0:
                    joined.setparams(sentence.getparams())
                else:
                    joined.writeframes(bytes(2 * joined.getframerate()))
                joined.writeframes(sentence.readframes(sentence.getnframes()))
        return joined.getnframes() / joined.getframerate()


@contextlib.contextmanager
def running(command, log, **options):
    """A process that does not outlive the block."""
    with open(log, "w", encoding="utf-8") as errors:
        process = subprocess.Popen(command, stderr=errors, stdin=subprocess.DEVNULL, **options)
        try:
            yield process
        finally:
            if process.poll() is None:
                process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextlib.contextmanager
def local_server(build):
    """The URL of a server on a port that the kernel picked."""
    program = next(build.rglob("gst-deepgram-server"), None)
    if program is None:
        raise Failure(f"no gst-deepgram-server in {build}; remove that folder and run this again")
    log = build / "server.log"
    command = [program, "--port", "0", "--quiet"]
    with running(command, log, stdout=subprocess.PIPE, text=True) as server:
        ready, _, _ = select.select([server.stdout], [], [], START_SECONDS)
        url = server.stdout.readline().strip() if ready else ""
        if not url.startswith("ws"):
            said = log.read_text(errors="replace").strip() or "it said nothing"
            raise Failure(f"the server did not start: {said}\nto see it alone, run: {shlex.join(map(str, command))}")
        print(f"listening on {url}, process {server.pid}")
        yield url


@contextlib.contextmanager
def service(build):
    """The properties that tell the element where to send the speech."""
    if os.environ.get("DEEPGRAM_API_KEY"):
        print("Deepgram, since DEEPGRAM_API_KEY is set; a file goes there about as fast as it plays")
        yield ""
        return
    with local_server(build) as url:
        yield f"url={url} max-rate=0"


def captioning(speech, output, properties):
    """One pipeline: the speech becomes text, the text a file and captions, the sound a picture.

    The encoder has one thread, since those of libvpx spin while they wait for one another.
    """
    return shlex.split(f"""
        filesrc location={shlex.quote(str(speech))} ! decodebin ! audioconvert ! audioresample !
            audio/x-raw,format=S16LE,layout=interleaved ! tee name=sound
        sound. ! queue ! deepgramtranscribe {properties} ! text/x-raw,format=utf8 ! tee name=text
        text. ! queue ! srtenc ! filesink location={shlex.quote(str(output / "captions.srt"))}
        text. ! queue ! overlay.text_sink
        sound. ! {WHOLE} ! audioconvert ! wavescope style=color-lines !
            video/x-raw,width={WIDTH},height={HEIGHT},framerate=25/1 ! videoconvert !
            textoverlay name=overlay font-desc="Sans 16" !
            vp8enc deadline=1 cpu-used=8 threads=1 target-bitrate=1000000 ! queue ! file.
        sound. ! {WHOLE} ! audioconvert ! vorbisenc ! queue ! file.
        webmmux name=file ! filesink location={shlex.quote(str(output / "captioned.webm"))}""")


def unescape(text):
    """The inverse of how GStreamer writes a string into a structure."""
    octets = re.sub(rb"\\([0-7]{3})", lambda found: bytes([int(found[1], 8)]), text.encode())
    return re.sub(rb"\\(.)", rb"\1", octets).decode("utf-8", "replace")


def final_line(message):
    """(seconds, text) of a bus message that holds a final result with words."""
    if "(element): deepgram/results," not in message or "is-final=(boolean)true" not in message:
        return None
    quoted = r'(?:"((?:[^"\\]|\\.)*)"|([^\s,;"]*))'
    text = re.search(rf"\btranscript=\(string\){quoted}", message)
    # A word lies in a structure within the structure, so its signs are escaped.
    start = re.search(r"\bstart[\\ ]*=[\\ ]*\(guint64[\\]*\)[\\ ]*(\d+)", message)
    words = " ".join(unescape(text[1] or text[2] or "").split()) if text else ""
    return (int(start[1]) / 1e9, words) if words and start else None


def launch(pipeline, env, log, on_message):
    """Runs a pipeline to its end and gives each line that it prints."""
    command = ["gst-launch-1.0", "--messages", *pipeline]
    with running(command, log, stdout=subprocess.PIPE, text=True, env=env) as process:
        overdue = threading.Timer(RUN_SECONDS, process.kill)
        overdue.start()
        try:
            for line in process.stdout:
                on_message(line)
            code = process.wait()
        finally:
            overdue.cancel()
    if code != 0:
        raise Failure(f"gst-launch-1.0 ended with {code}\n{trouble(log)}")


def trouble(log):
    text = log.read_text(errors="replace").strip()
    advice = "Is a package missing? scripts/setup.sh run demo" if "no element" in text else f"All of it: {log}"
    return "\n".join([*text.splitlines()[-20:], advice])


def element_environment(build):
    plugin = next(build.rglob("libgstdeepgramlive.so"), None)
    if plugin is None:
        raise Failure(f"no libgstdeepgramlive.so in {build}; remove that folder and run this again")
    paths = [str(plugin.parent), os.environ.get("GST_PLUGIN_PATH", "")]
    return os.environ | {
        "GST_PLUGIN_PATH": os.pathsep.join(filter(None, paths)),
        "GST_REGISTRY": str(build / "demo.registry"),  # the user's stays as it is
    }


def caption(speech, output, build, env):
    """Makes the subtitles and the video, and prints and keeps each line as it comes."""
    lines = []

    def on_message(message):
        line = final_line(message)
        if line:
            print(f"{clock(line[0])}  {line[1]}", flush=True)
            lines.append(f"{clock(line[0])}  {line[1]}\n")

    with service(build) as properties:
        step("Captions")
        launch(captioning(speech, output, properties), env, build / "captions.log", on_message)
    (output / "transcript.txt").write_text("".join(lines), encoding="utf-8")


def webvtt(srt):
    """The same subtitles as WebVTT, in which some signs are escaped.

    webvttenc wants its text in another form than srtenc, and one element gives one form.
    """
    blocks = [block.split("\n") for block in srt.strip().split("\n\n") if block]
    cues = ["\n".join([times.replace(",", "."), *(html.escape(line, quote=False) for line in lines)])
            for _, times, *lines in blocks]
    return "\n\n".join(["WEBVTT", *cues]) + "\n"


def derive(output, build, env):
    """The WebVTT, and a picture a second of the video: as PNG, and as grey to look at."""
    frames = build / "frames"
    shutil.rmtree(frames, ignore_errors=True)
    frames.mkdir()
    srt = (output / "captions.srt").read_text(encoding="utf-8")
    (output / "captions.vtt").write_text(webvtt(srt), encoding="utf-8")
    quote = shlex.quote
    launch(shlex.split(f"""filesrc location={quote(str(output / "captioned.webm"))} ! matroskademux name=file
        file.video_0 ! queue ! vp8dec ! videorate ! video/x-raw,framerate=1/1 ! videoconvert ! tee name=picture
        picture. ! queue ! videoconvert ! pngenc ! multifilesink location={quote(str(frames))}/%d.png
        picture. ! queue ! videoconvert ! video/x-raw,format=GRAY8 ! filesink location={quote(str(frames))}/grey
        file.audio_0 ! {WHOLE} ! vorbisdec ! audioconvert ! audio/x-raw,format=S16LE ! wavenc !
        filesink location={quote(str(frames))}/sound.wav"""), env, build / "frames.log", lambda line: None)
    return frames


def cues(srt):
    """(begin, end) in seconds of each subtitle."""
    stamp = r"(\d+):(\d+):(\d+)[,.](\d+)"
    times = re.findall(rf"^{stamp} --> {stamp}", srt.read_text(encoding="utf-8"), re.MULTILINE)
    seconds = [[int(part) for part in time] for time in times]
    return [(h * 3600 + m * 60 + s + ms / 1000, h2 * 3600 + m2 * 60 + s2 + ms2 / 1000)
            for h, m, s, ms, h2, m2, s2, ms2 in seconds]


def letters(grey, second):
    """How many white pixels the lower third of a picture has: letters, since all else there is black."""
    size = WIDTH * HEIGHT
    picture = grey[second * size:(second + 1) * size]
    return sum(1 for value in picture[size * 2 // 3:] if value > 200)


def check_files(output):
    for name in ("transcript.txt", "captions.srt", "captions.vtt", "captioned.webm"):
        path = output / name
        if not path.exists() or path.stat().st_size == 0:
            raise Failure(f"{path} is missing or empty")


def check_video(frames, length):
    """The pictures as grey; picture and sound must be as long as the speech, and the sound no silence."""
    grey = (frames / "grey").read_bytes()
    seconds = len(grey) // (WIDTH * HEIGHT)
    if abs(seconds - length) > 2:
        raise Failure(f"the video has {seconds} s of pictures for {length:.1f} s of speech")
    with wave.open(str(frames / "sound.wav")) as sound:
        heard = sound.getnframes() / sound.getframerate()
        loud = max(sound.readframes(sound.getnframes())[1::2], default=0)
    if abs(heard - length) > 0.5 or loud == 0:
        raise Failure(f"the video has {heard:.1f} s of sound for {length:.1f} s of speech")
    return grey


def pick_frame(grey, spans):
    """The second with most caption on the picture; each must show one exactly while the SRT has one."""
    margin = 0.1
    seconds = range(len(grey) // (WIDTH * HEIGHT))
    shown = {second: letters(grey, second) for second in seconds}
    inside = [s for s in seconds if any(begin + margin < s < end - margin for begin, end in spans)]
    outside = [s for s in seconds if all(not begin - margin < s < end + margin for begin, end in spans)]
    wrong = [s for s in inside if shown[s] < 100] + [s for s in outside if shown[s] > 0]
    if wrong or not inside:
        raise Failure(f"captions on the picture and in captions.srt differ at the seconds {wrong}")
    return max(inside, key=shown.get)


def demonstrate(root, build, begun):
    output = root / "demo-output"
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir()
    env = element_environment(build)

    step("Speech")
    speech = build / "speech.wav"
    length = join_speech(speech)
    print(f"{length:.1f} s of recorded sentences")

    step("Service")
    caption(speech, output, build, env)

    step("Check")
    frames = derive(output, build, env)
    check_files(output)
    grey = check_video(frames, length)
    spans = cues(output / "captions.srt")
    second = pick_frame(grey, spans)
    shutil.copy(frames / f"{second}.png", output / "frame.png")
    print(f"{len(spans)} captions, each on the picture while the subtitles have it")

    step(f"Done in {time.time() - begun:.0f} s, in {output.name}")
    for path in sorted(output.iterdir()):
        print(f"{path.name:16} {path.stat().st_size:9} bytes")


def main(arguments):
    root, build, begun = arguments
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    try:
        demonstrate(pathlib.Path(root), pathlib.Path(build), float(begun.replace(",", ".")))
    except Failure as failure:
        sys.exit(f"\ndemo: {failure}")
    except KeyboardInterrupt:
        sys.exit("\ndemo: stopped")


if __name__ == "__main__":
    main(sys.argv[1:])
