"""Who takes part in each kind of race: the physical limits first, then keysieve, then the peers."""

import os
import shutil
import subprocess
import sys

from racing.measure import Contender
from racing.texts import floods, pack, source_code

LITERALS = "AKIA|ghp_|sk_live_"
GIT = ["git", "-c", "core.fsmonitor=false"]
KINGFISHER = ["--no-validate", "--no-update-check"]
KINGFISHER_FINE = (0, *range(200, 206))
TRUFFLEHOG = ["--no-verification", "--no-update"]


def keysieve(options, *arguments, directory=None, name="keysieve", fine=(0, 1)):
    program = shutil.which(options.keysieve)
    # Absolute, because the command may run in another directory.
    contender = Contender(name, [os.path.abspath(program or options.keysieve), *arguments], fine, directory)
    contender.failure = None if program else f"not found: {options.keysieve}"
    return [contender]


def noseyparker(scratch, *arguments):
    """It skips what its datastore has seen: a new one each time."""
    store = scratch / "noseyparker"
    command = ["noseyparker", "scan", "--datastore", store, *arguments]
    return Contender("noseyparker", command, before=lambda: shutil.rmtree(store, ignore_errors=True))


def peers_on_files(scratch, path):
    """Each with the exit codes that mean a finished scan: kingfisher's 200 to 205 are findings."""
    return [
        Contender("kingfisher", ["kingfisher", "scan", path, *KINGFISHER, "--git-history", "none"], KINGFISHER_FINE),
        Contender("betterleaks", ["betterleaks", "filesystem", path, "--no-banner", "--exit-code", "0"]),
        Contender("gitleaks", ["gitleaks", "dir", path, "--no-banner", "--exit-code", "0"]),
        Contender("trufflehog", ["trufflehog", "filesystem", path, *TRUFFLEHOG]),
        Contender("ripsecrets", ["ripsecrets", path], (0, 1)),
        Contender("detect-secrets", ["detect-secrets", "scan", "--all-files", "--no-verify", path]),
        noseyparker(scratch, "--git-history", "none", path),
    ]


def on_files(options, scratch, path):
    search = ["rg", "-c", "-uuu", "-g", "!.git", LITERALS, path]
    every = 'find "$1" -name .git -prune -o -type f -print0 | xargs -0 cat'
    limits = [
        Contender("rg -c, three literals", search, (0, 1), limit=True),
        Contender("cat", ["sh", "-c", every, "sh", path], limit=True),
    ]
    return limits + keysieve(options, "scan", path) + peers_on_files(scratch, path)


def on_history(options, scratch, repository):
    reading = ["cat-file", "--batch-all-objects", "--batch", "--unordered", "--buffer"]
    return [
        Contender("git cat-file of all objects", [*GIT, "-C", repository, *reading], limit=True),
        *keysieve(options, "history", repository),
        Contender("kingfisher", ["kingfisher", "scan", repository, *KINGFISHER], KINGFISHER_FINE),
        Contender("kingfisher --turbo", ["kingfisher", "scan", repository, *KINGFISHER, "--turbo"], KINGFISHER_FINE),
        Contender("betterleaks", ["betterleaks", "git", repository, "--no-banner", "--exit-code", "0"]),
        Contender("gitleaks", ["gitleaks", "git", repository, "--no-banner", "--exit-code", "0"]),
        Contender("trufflehog", ["trufflehog", "git", f"file://{repository}", *TRUFFLEHOG]),
        noseyparker(scratch, "--git-history", "full", repository),
    ]


def on_start(options, scratch, _):
    path = scratch / "start" / "settings.py"
    path.parent.mkdir()
    line = "retries = 3  # how often a request is made before the next host is asked\n"
    path.write_text((line * 20)[:1023] + "\n")
    return on_files(options, scratch, path)


def on_more_rules(options, scratch, path):
    """The same tree with 500 rules more: what a rule costs that finds nothing."""
    more = scratch / "nobody.toml"
    more.write_text(pack(500))
    limit = keysieve(options, "scan", "--no-ignore", path)
    limit[0].limit = True
    return limit + keysieve(options, "scan", "--no-ignore", "--rules", more, path, name="keysieve, 500 rules more")


def on_floods(options, scratch, _):
    """Each flood beside source code of the same length. A budget that is hit (exit code 3) is a result, too."""
    texts = [("source code", source_code()), *floods()]
    contenders = []
    for number, (name, text) in enumerate(texts):
        path = scratch / f"{number}.txt"
        path.write_bytes(text)
        contenders += keysieve(options, "scan", path, name=f"keysieve: {name}", fine=(0, 1, 3))
    contenders[0].limit = True
    return contenders


def staged_clone(scratch, repository):
    """A clone with ten staged files. It borrows the objects and has HEAD's index, but of the files only the ten; REPO is
    not touched."""
    clone = scratch / "staged"
    quietly = {"check": True, "stdout": subprocess.DEVNULL}
    subprocess.run([*GIT, "clone", "--quiet", "--shared", "--no-checkout", repository, clone], **quietly)
    subprocess.run([*GIT, "-C", clone, "read-tree", "HEAD"], **quietly)
    files = changed_files(clone)
    subprocess.run([*GIT, "-C", clone, "add", "--force", "--", *files], **quietly)
    return clone, files


def on_hook(options, scratch, repository):
    """What the hook of a commit costs beside git's own look at what is staged."""
    clone, _ = staged_clone(scratch, repository)
    names = [*GIT, "diff", "--cached", "--name-only"]
    return [
        Contender("git diff --cached --name-only", names, directory=clone, limit=True),
        *keysieve(options, "hook", "run", "pre-commit", directory=clone),
        Contender("kingfisher", ["kingfisher", "scan", ".", "--staged", *KINGFISHER], KINGFISHER_FINE, clone),
        Contender(
            "betterleaks", ["betterleaks", "git", "--staged", "--no-banner", "--exit-code", "0"], directory=clone
        ),
        Contender("gitleaks", ["gitleaks", "git", "--staged", "--no-banner", "--exit-code", "0"], directory=clone),
    ]


def on_staged(options, scratch, repository):
    clone, files = staged_clone(scratch, repository)
    return [
        Contender("git diff --cached", [*GIT, "diff", "--cached"], directory=clone, limit=True),
        *keysieve(options, "scan", "--staged", directory=clone),
        Contender("kingfisher", ["kingfisher", "scan", ".", "--staged", *KINGFISHER], KINGFISHER_FINE, clone),
        Contender(
            "betterleaks", ["betterleaks", "git", "--staged", "--no-banner", "--exit-code", "0"], directory=clone
        ),
        Contender("gitleaks", ["gitleaks", "git", "--staged", "--no-banner", "--exit-code", "0"], directory=clone),
        Contender("ripsecrets", ["ripsecrets", "--strict-ignore", *files], (0, 1), clone),
        Contender("detect-secrets-hook", ["detect-secrets-hook", "--no-verify", *files], (0, 1), clone),
    ]


def changed_files(clone):
    """Ten files of HEAD, spread over the tree, written to disk with a line added in front."""
    listing = subprocess.check_output([*GIT, "-C", clone, "ls-tree", "-r", "-z", "HEAD"])
    entries = [entry.split(b"\t", 1) for entry in listing.split(b"\0") if entry.startswith(b"100644")]
    paths = []
    for facts, path in entries[:: max(1, len(entries) // 10)][:10]:
        text = subprocess.check_output([*GIT, "-C", clone, "cat-file", "blob", facts.split()[2]])
        file = clone / os.fsdecode(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"changed for the race\n" + text)
        paths.append(os.fsdecode(path))
    return paths


def installed(contenders, only):
    """keysieve and the limits always; a peer that is not on the PATH gets a row that says so."""
    known = [one.name.split()[0] for one in contenders if not one.limit]
    if unknown := sorted(set(only) - set(known)):
        sys.exit(f"race: nobody called {', '.join(unknown)} takes part; there are {', '.join(dict.fromkeys(known))}")
    for one in contenders:
        wanted = one.limit or one.name.startswith("keysieve") or not only or one.name.split()[0] in only
        if not wanted:
            continue
        if not one.failure and not shutil.which(one.command[0]):
            one.failure = f"not installed: {one.command[0]}"
        yield one


# Who takes part, and how many rounds count.
MODES = {
    "tree": (on_files, 5),
    "history": (on_history, 3),
    "start": (on_start, 21),
    "staged": (on_staged, 11),
    "hook": (on_hook, 21),
    "flat": (on_more_rules, 5),
    "hostile": (on_floods, 5),
}
# What is raced on texts of its own.
WITHOUT_PATH = ("start", "hostile")
