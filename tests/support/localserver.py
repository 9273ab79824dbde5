# SPDX-License-Identifier: LGPL-2.1-or-later
"""A gst-deepgram-server on this machine, for tests of what talks to one."""
import subprocess

PATIENCE = 60


def serve(test, program, *arguments):
    """Starts a server that ends with this class of tests; gives its URL."""
    # pylint: disable-next=consider-using-with
    server = subprocess.Popen([program, "--quiet", *arguments], stdout=subprocess.PIPE, text=True)
    test.addClassCleanup(server.wait)
    test.addClassCleanup(server.stdout.close)
    test.addClassCleanup(server.terminate)
    return server.stdout.readline().strip()


def write_tones(program, path, seconds):
    """Writes a WAV file of words that its recognizer `tone` reads, one each half second."""
    subprocess.run([program, f"--write-tones={path}", f"--seconds={seconds}", "--quiet"], check=True, timeout=PATIENCE)
