#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Tests layers.py on small trees with one planted violation each: a rule that finds nothing is no rule."""
import pathlib
import tempfile
import unittest

import layers

SPDX = "// SPDX-License-Identifier: LGPL-2.1-or-later\n"


def found(**planted):
    """The violations of a tree of these files; each keeps its SPDX line unless it brings another head."""
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for name, text in {"gst/base/clean.h": "#pragma once\n", **planted["tree"]}.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text if planted.get("bare") else SPDX + text)
        return list(layers.check(root))


def include(header):
    return f"#include {header}\n"


class Layers(unittest.TestCase):
    def refuses(self, name, text, word, bare=False):
        violations = found(tree={name: text}, bare=bare)
        matching = [line for line in violations if line.startswith(name) and word in line]
        self.assertEqual(len(matching), 1, violations)

    def accepts(self, name, text):
        self.assertEqual(found(tree={name: text}), [])

    def test_accepts_what_each_layer_may_include(self):
        for name, header in [
            ("gst/base/a.h", "<condition_variable>"),
            ("gst/core/a.cpp", "<span>"),
            ("gst/core/message.cpp", "<json-glib/json-glib.h>"),
            ("gst/core/endpoint.cpp", "<glib.h>"),
            ("gst/core/endpoint.cpp", "<arpa/inet.h>"),
            ("gst/net/a.cpp", "<libsoup/soup.h>"),
            ("gst/net/a.cpp", "<openssl/x509.h>"),
            ("gst/net/a.cpp", "<netinet/tcp.h>"),
            ("gst/plugin/a.cpp", '"net/session.h"'),
            ("gst/plugin/a.cpp", "<gst/base/gstbasetransform.h>"),
            ("tools/server/a.cpp", '"core/listen.h"'),
            ("tools/server/a.cpp", "<pocketsphinx.h>"),
            ("tools/server/a.cpp", "<gst/audio/audio.h>"),
            ("tests/core/a.cpp", '"net/session.h"'),
        ]:
            with self.subTest(name=name, header=header):
                self.accepts(name, include(header))

    def test_refuses_what_a_layer_may_not_include(self):
        for name, header in [
            ("gst/base/a.h", "<glib.h>"),
            ("gst/base/a.h", '"core/option.h"'),
            ("gst/core/message.h", "<json-glib/json-glib.h>"),
            ("gst/core/option.cpp", "<json-glib/json-glib.h>"),
            ("gst/core/endpoint.h", "<glib.h>"),
            ("gst/core/a.cpp", "<thread>"),
            ("gst/core/a.cpp", '"base/mutex.h"'),
            ("gst/core/a.cpp", "<unistd.h>"),
            ("gst/core/a.cpp", '"net/session.h"'),
            ("gst/net/a.cpp", "<gst/gst.h>"),
            ("gst/net/a.cpp", "<json-glib/json-glib.h>"),
            ("gst/net/a.cpp", '"plugin/transcribe.h"'),
            ("gst/net/a.cpp", "<curl/curl.h>"),
            ("gst/plugin/a.cpp", "<libsoup/soup.h>"),
            ("gst/plugin/a.cpp", "<json-glib/json-glib.h>"),
            ("tools/server/a.cpp", '"net/soupwebsocket.h"'),
            ("tools/server/a.cpp", '"plugin/transcribe.h"'),
            ("tools/server/a.cpp", "<gst/gst.h>"),
        ]:
            with self.subTest(name=name, header=header):
                self.refuses(name, include(header), f"includes {header[1:-1]}, which")

    def test_refuses_a_way_up_the_tree(self):
        self.refuses("tests/core/a.cpp", include('"../../gst/core/listen.h"'), "from the root")

    def test_refuses_another_header_before_the_own(self):
        tree = {"gst/core/a.h": "", "gst/core/a.cpp": include("<span>") + include('"core/a.h"')}
        self.assertEqual(
            found(tree=tree), ["gst/core/a.cpp: does not include its own header core/a.h first"])
        tree["gst/core/a.cpp"] = include('"core/a.h"') + include("<span>")
        self.assertEqual(found(tree=tree), [])

    def test_refuses_a_clock_in_core_but_not_the_word(self):
        self.refuses("gst/core/a.cpp", "auto t = std::chrono::steady_clock::now();\n", "steady_clock")
        self.accepts("gst/core/a.cpp", "// unlike a steady_clock\n")

    def test_refuses_a_file_that_is_too_long(self):
        self.accepts("gst/core/a.cpp", "\n" * (layers.MOST_LINES - 1))
        self.refuses("gst/core/a.cpp", "\n" * layers.MOST_LINES, "lines")

    def test_refuses_a_file_without_licence(self):
        self.refuses("gst/core/a.cpp", "int a;\n", "SPDX", bare=True)
        self.refuses("scripts/a", "#!/bin/sh\n\n" + SPDX, "SPDX", bare=True)

    def test_refuses_a_path_of_one_machine(self):
        for folder in ("home", "root", "Users", "work"):
            self.refuses("docs/a.md", f"see /{folder}/someone/notes\n", "path of one machine")
        self.accepts("docs/a.md", "https://example.org/home/page and gst/work/a\n")

    def test_refuses_code_of_no_layer(self):
        self.refuses("gst/network/a.cpp", "", "in no layer")

    def test_refuses_a_tree_without_code(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(len(list(layers.check(pathlib.Path(folder)))), 1)


if __name__ == "__main__":
    unittest.main()
