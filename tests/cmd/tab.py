"""tab.py OUT COMMAND... <KEYS: types lines of keys into a shell in a terminal
of its own, one after the other.

A line is KEYS, to which the shell answers by a line more in OUT (its settings
bind Ctrl-T so).  \\t in it is TAB, \\e is Escape.
"""
import os
import pty
import signal
import sys
import time

LIMIT = 60  # seconds for each line, of a loaded machine


def lines(path):
    with open(path, "rb") as f:
        return f.read().count(b"\n")


def main(out, command, keys):
    child, terminal = pty.fork()
    if child == 0:
        os.execvp(command[0], command)
    os.set_blocking(terminal, False)
    said = b""
    for n, key in enumerate(keys):
        key = key.replace("\\t", "\t").replace("\\e", "\x1b").encode()
        # What comes before the first prompt is not read by the editor.
        sent, end = False, time.monotonic() + LIMIT
        while lines(out) <= n:
            try:
                said += os.read(terminal, 65536)
            except BlockingIOError:
                time.sleep(0.02)
            if not sent and b"READY" in said:
                os.write(terminal, key + b"\x14")
                sent = True
            if time.monotonic() > end:
                sys.exit("no answer to %r; said:\n%s"
                         % (key, said.decode(errors="replace")))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


main(sys.argv[1], sys.argv[2:], sys.stdin.read().splitlines())
