#!/usr/bin/python3
"""terminal.py - run a command with a terminal for some of its streams.

    terminal.py WHICH COMMAND...

WHICH: letters of i, o, e for stdin, stdout, stderr.  What the terminal showed
goes to stdout, the status is the command's (124 after a minute).  With UNTIL
in the environment the command is ended when the terminal shows that pattern,
and the status is 0.  Nothing is ever typed.
"""
import os
import pty
import re
import select
import subprocess
import sys
import time


def main(which, *command):
    ours, theirs = pty.openpty()
    streams = {name: theirs for letter, name in
               zip("ioe", ("stdin", "stdout", "stderr")) if letter in which}
    child = subprocess.Popen(command, **streams)
    os.close(theirs)
    until = os.environ.get("UNTIL", "").encode()
    so_far = b""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if select.select([ours], [], [], 0.1)[0]:
            try:
                shown = os.read(ours, 65536)
            except OSError:  # the last one closed it
                break
            os.write(1, shown)
            so_far += shown
            if until and re.search(until, so_far):
                child.kill()
                child.wait()
                return 0
    else:
        child.kill()
        child.wait()
        return 124
    return child.wait()


sys.exit(main(*sys.argv[1:]))
