"""What stands above a table of figures, without which they mean nothing: machine, versions, repository or tree."""

import collections
import os
import pathlib
import platform
import shutil
import subprocess
import sys

from racing.contenders import GIT


def machine():
    processor = platform.processor() or "unknown processor"
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30)
    try:
        lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
        processor = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), processor)
    except OSError:
        pass
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{processor}, {cores} cores, {memory:.0f} GiB, {platform.system()} {platform.release()}"


def version(contender):
    """The first line of what the program says about itself; the module's for a Go binary that was built without one."""
    program = shutil.which(contender.command[0])
    for flag in ("--version", "version"):
        try:
            said = subprocess.run([program, flag], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30)
        except (OSError, subprocess.TimeoutExpired):
            continue
        line = (said.stdout or said.stderr).strip().splitlines()[:1]
        if said.returncode == 0 and line and any(letter.isdigit() for letter in line[0]):
            words = line[0].split()
            return line[0] if len(words) > 1 else f"{os.path.basename(program)} {words[0]}"
    return go_version(program) or f"{os.path.basename(program)} (tells no version)"


def go_version(program):
    if not shutil.which("go"):
        return None
    said = subprocess.run(["go", "version", "-m", program], check=False, capture_output=True, text=True)
    module = [line.split() for line in said.stdout.splitlines() if line.split()[:1] == ["mod"]]
    return " ".join([os.path.basename(program), *module[0][2:3]]) if module else None


def repository_line(path):
    for kept in (pathlib.Path(path) / "keysieve-bench.txt", pathlib.Path(path) / ".git" / "keysieve-bench.txt"):
        if kept.is_file():
            return kept.read_text().strip()
    listing = ["cat-file", "--batch-all-objects", "--unordered", "--batch-check=%(objecttype) %(objectsize)"]
    counts = collections.Counter()
    with subprocess.Popen([*GIT, "-C", path, *listing], stdout=subprocess.PIPE, text=True) as reading:
        for line in reading.stdout:
            kind, size = line.split()
            counts[kind] += 1
            counts["bytes"] += int(size) if kind == "blob" else 0
    if reading.returncode != 0:
        sys.exit(f"race: {path} is not a git repository that can be read")
    size = subprocess.run([*GIT, "-C", path, "count-objects", "-v"], check=True, stdout=subprocess.PIPE, text=True)
    objects = ", ".join(f"{counts[kind]:,} {kind}s" for kind in ("commit", "tree", "blob", "tag"))
    packed = ", ".join(size.stdout.splitlines())
    return f"**Repository** {pathlib.Path(path).name}: {objects}, {counts['bytes']:,} bytes of blob text; {packed}"


def tree_line(path):
    path, files, size = pathlib.Path(path), 0, 0
    for directory, below, names in os.walk(path):
        below[:] = [name for name in below if name != ".git"]
        for file in (pathlib.Path(directory, name) for name in names):
            if file.is_file() and not file.is_symlink():
                files, size = files + 1, size + file.stat().st_size
    return f"**Tree** {path.name}: {files:,} files, {size:,} bytes (without `.git`)"
