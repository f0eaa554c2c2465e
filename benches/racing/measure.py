"""One command, run and measured; and many, in turn."""

import collections
import ctypes
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time

Run = collections.namedtuple("Run", "wall cpu rss")
Failure = collections.namedtuple("Failure", "why")

# A shell forks the command, names it and exits; the command is then ours to wait for (`adopt_orphans`) and begins at
# our word. The detour is for the memory: Linux counts the size of the process that forked a command into its peak,
# and a shell is small where Python is 13 MB, more than some commands. The shell's own time is not measured.
LAUNCH = 'exec 3<&0; { read -r go <&3; exec "$@" 3<&- </dev/null >/dev/null; } & echo $!'


class Contender:
    """One command: `fine` are the exit codes of a scan that did its work, with or without findings."""

    def __init__(self, name, command, fine=(0,), directory=None, before=None, limit=False):
        self.name, self.command, self.fine, self.directory = name, [str(part) for part in command], fine, directory
        self.before, self.limit, self.runs, self.failure = before, limit, [], None


def adopt_orphans():
    """Become the parent of what our children leave behind (prctl PR_SET_CHILD_SUBREAPER)."""
    try:
        adopted = ctypes.CDLL(None, use_errno=True).prctl(36, 1, 0, 0, 0) == 0
    except (OSError, AttributeError):
        adopted = False
    if not adopted:
        sys.exit("race: this measures with Linux's child subreaper, which this system does not have")


def run(contender, timeout):
    if contender.before:
        contender.before()
    with tempfile.TemporaryFile() as complaints:
        launch = ["sh", "-c", LAUNCH, "sh", *contender.command]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": complaints}
        shell = subprocess.Popen(launch, cwd=contender.directory, start_new_session=True, **pipes)
        child = int(shell.stdout.readline())
        shell.wait()
        stopped = threading.Event()
        timer = threading.Timer(timeout, lambda: (stopped.set(), end_group(shell.pid)))
        timer.start()
        try:
            begin = time.perf_counter()
            shell.stdin.write(b"go\n")
            shell.stdin.flush()
            _, status, used = os.wait4(child, 0)
            wall = time.perf_counter() - begin
        finally:
            timer.cancel()
            end_group(shell.pid)
            shell.stdin.close()
            shell.stdout.close()
        complaints.seek(0)
        last = complaints.read()[-2000:].decode(errors="replace").strip().splitlines()[-1:]
    code = os.waitstatus_to_exitcode(status)
    if stopped.is_set():
        return Failure(f"stopped after {timeout:g} s")
    if code not in contender.fine:
        return Failure(f"exit code {code}" + (f": {last[0][:120]}" if last else ""))
    return Run(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def end_group(group):
    """Kill what is left of one command's processes."""
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        pass


def race(contenders, rounds, warm_up, timeout):
    for number in range(-warm_up, rounds):
        print(f"race: {'warm-up' if number < 0 else f'round {number + 1} of {rounds}'}", file=sys.stderr)
        for contender in contenders:
            if contender.failure:
                continue
            result = run(contender, timeout)
            if isinstance(result, Failure):
                contender.failure = result.why
            elif number >= 0:
                contender.runs.append(result)
