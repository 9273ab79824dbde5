#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Holds the tree against its own rules: which layer includes what, how files begin, how long they are.

Usage: layers.py SOURCE_ROOT. Prints one line a violation and fails if there is one.
"""
import pathlib
import re
import sys
from dataclasses import dataclass, field

# Libraries by what stands between the angle brackets; the first that matches names it.
LIBRARIES = [
    ("std", r"[a-z_0-9]+$"),
    ("glib", r"glib(-object|-unix)?\.h$|(glib|gobject|gio)/"),
    ("json-glib", r"json-glib/"),
    ("libsoup", r"libsoup/"),
    ("openssl", r"openssl/"),
    ("gst-audio", r"gst/audio/"),
    ("gstreamer", r"gst/"),
    ("flac", r"FLAC/"),
    ("opus", r"opus/"),
    ("pocketsphinx", r"pocketsphinx(\.h$|/)|sphinxbase/"),
    ("posix", r"(sys|netinet|arpa|linux)/|(unistd|fcntl|signal|poll|netdb|getopt|pthread)\.h$"),
]


@dataclass(frozen=True)
class Layer:
    """What the files of a folder may include: folders of ours, and libraries."""
    ours: set
    libraries: set
    only_in: dict = field(default_factory=dict)  # file name -> libraries that it alone may use
    banned: set = frozenset()  # includes that stay forbidden
    banned_text: str = ""


LAYERS = {
    "gst/base": Layer({"base"}, {"std"}),
    "gst/core": Layer(
        {"base", "core"}, {"std"},
        # Of POSIX an endpoint takes the reading of numeric addresses; neither library does I/O there.
        only_in={"message.cpp": {"json-glib"}, "endpoint.cpp": {"glib", "posix"},
                 "listen.cpp": {"glib"}, "route.cpp": {"glib"}, "script.cpp": {"glib"}, "wordpieces.cpp": {"glib"}},
        banned={"thread", "mutex", "shared_mutex", "condition_variable", "future", "base/mutex.h",
                "base/queue.h"},
        banned_text=r"\b(steady|system|high_resolution)_clock\b|\bclock_gettime\b|\bstd::time\b"),
    "gst/net": Layer({"base", "core", "net"}, {"std", "posix", "glib", "libsoup", "openssl"}),
    "gst/plugin": Layer({"base", "core", "net", "plugin"}, {"std", "glib", "gstreamer", "gst-audio"}),
    "tools/server": Layer(
        {"base", "core", "server"},
        {"std", "posix", "glib", "json-glib", "libsoup", "openssl", "pocketsphinx", "gst-audio",
         "flac", "opus"}),
    "tools/describe": Layer({"base", "plugin", "describe"}, {"std", "glib", "gstreamer"}),
    "tools/caption": Layer({"base", "caption"}, {"std", "posix", "glib", "json-glib", "gstreamer"}),
}

SOURCES = {".cpp", ".h", ".c", ".py", ".sh"}
CODE = {".cpp", ".h", ".c"}
MOST_LINES = 500
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)
COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
# Home directories and the working folders of build machines.
MACHINE_PATH = re.compile(r"(?<![\w.:/-])/(home|root|Users|work|workspace|builds)/\w")
# Data: recorded or generated, so neither short nor ours to word.
DATA = {"fixtures", "golden", "corpus", "seeds"}


def library(header):
    return next((name for name, pattern in LIBRARIES if re.match(pattern, header)), "unknown")


def layer_of(path):
    return next((name for name in LAYERS if path.as_posix().startswith(name + "/")), None)


def include_allowed(layer, path, bracket, header):
    if header in layer.banned:
        return False
    if bracket == '"':
        return header.split("/")[0] in layer.ours
    return library(header) in layer.libraries | layer.only_in.get(path.name, set())


def check_includes(path, text, root):
    """The rules of the file's layer, and that its own header comes first."""
    includes = INCLUDE.findall(text)
    for _, header in includes:
        if header.startswith(("../", "./")):
            yield f"includes {header}: files are included from the root"
    name = layer_of(path)
    if name is None:
        return
    for bracket, header in includes:
        if not include_allowed(LAYERS[name], path, bracket, header):
            yield f"includes {header}, which {name} may not"
    own = f"{path.parent.name}/{path.stem}.h"
    if path.suffix == ".cpp" and (root / path).with_suffix(".h").exists():
        if not includes or includes[0][1] != own:
            yield f"does not include its own header {own} first"


def check_text(path, text):
    name = layer_of(path)
    banned = LAYERS[name].banned_text if name else ""
    found = re.search(banned, COMMENT.sub("", text)) if banned else None
    if found:
        yield f"uses {found.group()}, which {name} may not"
    found = MACHINE_PATH.search(text)
    if found:
        yield f"names a path of one machine: {found.group()}…"


def check_form(path, text):
    lines = text.splitlines()
    if len(lines) > MOST_LINES:
        yield f"has {len(lines)} lines, {MOST_LINES} is the most"
    if not any("SPDX-License-Identifier: LGPL-2.1-or-later" in line for line in lines[:2]):
        yield "has no SPDX line on top"


def is_source(path, text):
    return path.suffix in SOURCES or text.startswith("#!")


def violations(path, text, root):
    yield from check_text(path, text)
    if is_source(path, text):
        yield from check_form(path, text)
    if path.suffix in CODE:
        yield from check_includes(path, text, root)


def files(root):
    """Every text file of the tree that people write."""
    for path in sorted(root.rglob("*")):
        parts = path.relative_to(root).parts
        hidden = any(part == ".git" or re.match(r"build|demo-output|__pycache__", part) for part in parts)
        if path.is_file() and not hidden and not DATA & set(parts) and path.name != "LICENSE":
            try:
                yield path.relative_to(root), path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue


def check(root):
    """One line a violation. Code of no layer is one too, so that a renamed folder keeps its rules."""
    code = 0
    for path, text in files(root):
        code += path.suffix in CODE
        if path.suffix in CODE and path.parts[0] in ("gst", "tools") and layer_of(path) is None:
            yield f"{path}: is in no layer that has rules"
        yield from (f"{path}: {violation}" for violation in violations(path, text, root))
    if not code:
        yield f"{root}: has no code"


def main(arguments):
    if len(arguments) != 1:
        sys.exit("usage: layers.py SOURCE_ROOT")
    found = list(check(pathlib.Path(arguments[0]).resolve()))
    print(*found, sep="\n", end="\n" if found else "")
    print(f"{len(found)} violations")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
