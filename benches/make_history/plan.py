"""What happens in the repository, commit by commit: releases, edits, renames, topic branches, merges, tags.

All chance comes from one seeded generator and no set is ever walked in its own order, so the same seed, releases and
bounds give the same objects. Only texts that may be edited are kept in memory; of all else the path is enough.
"""

import collections
import hashlib
import posixpath
import random
import sys
import time

from make_history.editor import Editor
from make_history.releases import members
from make_history.stream import quoted

VERBS = (
    "Add Adjust Allow Avoid Check Clarify Correct Extend Fix Handle Improve Keep Move Refine Rework Simplify".split()
)
FIRST = (
    "Ada Alan Barbara Carl Dana Edsger Emmy Fran Grace Ivan Joan Ken Lin Mary Niklaus Olga Per Radia Sofia Tony".split()
)
LAST = "Abel Bauer Costa Dvorak Eriksen Fischer Garcia Haas Ito Jansen Kowal Lopez Meyer Novak Olsen Petit".split()
MAX_EDITED = 3 << 20
# File sizes that edits choose from, and two ways of choosing; their mixture steers the mean size, so the bytes in all.
CLASSES = [1 << 10, 8 << 10, 32 << 10, 128 << 10, 512 << 10, MAX_EDITED]
SMALL_FILES, SMALL_MEAN = [0.45, 0.35, 0.15, 0.05, 0.0], 28_000
LARGE_FILES, LARGE_MEAN = [0.05, 0.15, 0.40, 0.32, 0.08], 180_000


class Branch:
    """A topic branch: the few files it works on as they were when it began, and as they are on it now."""

    def __init__(self, ref, slot, fork, files, length, merged):
        self.ref, self.slot, self.tip, self.base, self.now = ref, slot, fork, files, dict(files)
        self.left, self.begun, self.merged = length, False, merged


class History:
    """The repository so far, and the choice of what comes next."""

    def __init__(self, stream, downloads, releases, seed, bounds):
        self.stream, self.downloads, self.bounds = stream, downloads, bounds
        self.chance = random.Random(seed)
        self.editor = Editor(self.chance)
        self.people = [f"{first} {last}" for first in FIRST for last in LAST[:: 1 + len(first) % 3]]
        self.clock, self.tip = 1_400_000_000, None
        self.tree, self.text, self.upstream = {}, {}, {}
        self.classes = [[] for _ in CLASSES[1:]]
        self.branches, self.slots, self.largest = [], [0, 1, 2], 0
        self.counts = collections.Counter()
        self.due = self.schedule(releases)

    def schedule(self, releases):
        """[(commit number, client, package, release)]: the first releases early on, then the later ones evenly."""
        first = [(client, package, names[0]) for client, package, names in releases]
        later = [
            (client, package, names[turn])
            for turn in range(1, max(len(names) for _, _, names in releases))
            for client, package, names in releases
            if turn < len(names)
        ]
        commits = self.bounds[0]
        early = [(int(commits * 0.10 * i / len(first)), *what) for i, what in enumerate(first)]
        return early + [(int(commits * (0.12 + 0.85 * i / len(later))), *what) for i, what in enumerate(later)]

    def write(self):
        commits, blobs, size, _ = self.bounds
        begin = shown = time.monotonic()
        while True:
            short = self.counts["commits"] < commits or len(self.stream.marks) < blobs or self.stream.bytes < size
            if not (short or self.due or self.branches):
                return
            self.step(finishing=self.counts["commits"] >= commits)
            if time.monotonic() - shown > 10:
                shown = time.monotonic()
                done = f"{self.counts['commits']} commits, {len(self.stream.marks)} blobs"
                written = f"{self.stream.bytes / 1e9:.2f} GB in {shown - begin:.0f} s"
                print(f"make-history: {done}, {written}", file=sys.stderr)

    def step(self, finishing):
        chance = self.chance.random
        if self.due and self.due[0][0] <= self.counts["commits"]:
            return self.release(*self.due.pop(0)[1:])
        if self.branches and (finishing or chance() < 0.5):
            branch = self.chance.choice(self.branches)
            return self.work_on(branch) if branch.left else self.finish(branch)
        if not finishing and self.slots and chance() < 0.1:
            self.open_branch()
        kind = chance()
        if kind < 0.001:
            self.rename_directory()
        elif kind < 0.013:
            self.rename_file()
        elif kind < 0.020:
            self.remove_file()
        elif kind < 0.050:
            self.add_file()
        else:
            self.edit_files()
        if self.counts["commits"] % max(10, self.bounds[0] // 60) == 0:
            self.tag(f"v0.{self.counts['tags']}.0", f"Version 0.{self.counts['tags']}")

    # What the main line holds: {path: mode} and {path: bytes} of what may be edited.

    def put(self, path, data, mode=None):
        self.tree[path] = mode or self.tree.get(path, "100644")
        known = path in self.text
        if not editable(path, data):
            self.text.pop(path, None)
        else:
            self.text[path] = data
            if not known:
                self.classes[size_class(len(data))].append(path)
        return f"M {self.tree[path]} :{self.stream.blob(data)} {quoted(path)}"

    def drop(self, path):
        del self.tree[path]
        self.text.pop(path, None)
        return f"D {quoted(path)}"

    def move(self, old, new):
        self.tree[new] = self.tree.pop(old)
        if old in self.text:
            self.text[new] = self.text.pop(old)
            self.classes[size_class(len(self.text[new]))].append(new)

    def pick(self):
        """A text of the main line, of a size that brings the bytes in all to their bound; some far more often."""
        commits, _, size, _ = self.bounds
        wanted = (size - self.stream.bytes) / max(1, commits - self.counts["commits"]) / 2
        large = self.chance.random() < (wanted - SMALL_MEAN) / (LARGE_MEAN - SMALL_MEAN)
        for _ in range(1000):
            number = self.chance.choices(range(len(self.classes)), LARGE_FILES if large else SMALL_FILES)[0]
            paths = self.classes[number]
            if not paths:
                continue
            at = int(len(paths) * self.chance.random() ** 3)
            path = paths[at]
            if path in self.text and size_class(len(self.text[path])) == number:
                return path
            paths[at] = paths[-1]
            paths.pop()
            if path in self.text:
                self.classes[size_class(len(self.text[path]))].append(path)
        sys.exit("make-history: the releases hold no text that can be edited")

    def changed(self, path, text):
        result = self.editor.edit(path, text)
        while self.stream.knows(result):
            result = self.editor.edit(path, text)
        return result

    # Commits.

    def commit(self, ref, message, changes, begin=None, merge=None):
        person, mark = self.chance.choice(self.people), self.stream.mark()
        self.clock += self.chance.randrange(60, 20_000)
        if self.chance.random() < 0.3:
            sentences = [f"{self.editor.words(9).capitalize()}." for _ in range(self.chance.randrange(1, 5))]
            message += "\n\n" + "\n".join(sentences)
        self.stream.text(
            f"commit {ref}", f"mark :{mark}", self.signed("author", person), self.signed("committer", person)
        )
        self.stream.data(message + "\n")
        # Without a `from`, fast-import goes on from the branch's own tip and keeps its tree in memory.
        parents = [f"{word} :{parent}" for word, parent in (("from", begin), ("merge", merge)) if parent]
        self.stream.text(*parents, *changes, "")
        self.counts["commits"] += 1
        self.largest = max(self.largest, len(self.tree))
        return mark

    def on_main(self, message, changes, merge=None):
        self.tip = self.commit("refs/heads/main", message, changes, merge=merge)

    def signed(self, role, person):
        zone = ("+0000", "+0100", "-0500", "+0900")[len(person) % 4]
        return f"{role} {person} <{person.lower().replace(' ', '.')}@example.org> {self.clock} {zone}"

    def subject(self, path):
        return f"{self.chance.choice(VERBS)} {self.editor.words(2)} in {posixpath.basename(path)}"

    def tag(self, name, message):
        self.stream.text(f"tag {name}", f"from :{self.tip}", self.signed("tagger", self.chance.choice(self.people)))
        self.stream.data(f"{message}\n\n{self.editor.words(8).capitalize()}.\n")
        self.counts["tags"] += 1

    def release(self, client, package, release):
        """A release replaces what changed in it since the last; files that are the same upstream keep their edits."""
        before, after, changes = self.upstream.get(package, {}), {}, []
        for name, mode, data in members(self.downloads.archive(client, package, release)):
            path, digest = f"third_party/{client}/{package}/{name}", hashlib.sha1(data).digest()
            after[path] = digest
            if before.get(path) != digest:
                changes.append(self.put(path, data, mode))
        gone = [path for path in before if path not in after and path in self.tree]
        self.upstream[package] = after
        self.on_main(f"Take over {package} {release}", [self.drop(path) for path in gone] + changes)
        self.tag(f"{client}-{package.lstrip('@').replace('/', '-')}-{release}", f"{package} {release}")

    def edit_files(self):
        paths = dict.fromkeys(self.pick() for _ in range(1 + min(5, int(self.chance.expovariate(0.7)))))
        if self.branches and self.chance.random() < 0.1:
            # The same file as on a topic branch: the merge will need a resolution.
            rival = self.chance.choice(list(self.chance.choice(self.branches).now))
            paths.update({rival: None} if rival in self.text else {})
        changes = [self.put(path, self.changed(path, self.text[path])) for path in paths]
        self.on_main(self.subject(next(iter(paths))), changes)

    def fresh_name(self, directory, extension):
        while True:
            path = posixpath.join(directory, f"{self.editor.words(2).replace(' ', '_')}{extension}")
            if path not in self.tree:
                return path

    def add_file(self):
        model = self.pick()
        path = self.fresh_name(posixpath.dirname(model), posixpath.splitext(model)[1])
        self.on_main(f"Add {posixpath.basename(path)}", [self.put(path, self.editor.new(model, self.text[model]))])

    def remove_file(self):
        path = self.pick()
        self.on_main(f"Remove {posixpath.basename(path)}", [self.drop(path)])

    def rename_file(self):
        old = self.pick()
        new = self.fresh_name(posixpath.dirname(old), posixpath.splitext(old)[1])
        self.move(old, new)
        changes = [f"R {quoted(old)} {quoted(new)}"]
        if self.chance.random() < 0.5:
            changes.append(self.put(new, self.changed(new, self.text[new])))
        self.counts["renames"] += 1
        self.on_main(f"Rename {posixpath.basename(old)} to {posixpath.basename(new)}", changes)

    def rename_directory(self):
        old = posixpath.dirname(self.pick())
        inside = [path for path in self.tree if path.startswith(old + "/")]
        if old.count("/") < 4 or len(inside) > 500:
            return self.edit_files()
        new = posixpath.join(posixpath.dirname(old), self.editor.words(2).replace(" ", "-"))
        if new in self.tree or any(path.startswith(new + "/") for path in self.tree):
            return self.edit_files()
        for path in inside:
            self.move(path, new + path[len(old) :])
        self.counts["renames"] += 1
        self.on_main(f"Rename {old} to {posixpath.basename(new)}", [f"R {quoted(old)} {quoted(new)}"])

    # Topic branches.

    def open_branch(self):
        number, merged = self.slots.pop(0), self.chance.random() > 0.03
        self.counts["branches"] += 1
        # The refs of merged branches are used again and deleted in the end; an open branch keeps one of its own.
        topic = f"refs/heads/topic/{self.editor.words(2).replace(' ', '-')}-{self.counts['branches']}"
        ref = f"refs/work/{number}" if merged else topic
        files = {path: self.text[path] for path in [self.pick() for _ in range(self.chance.randrange(2, 7))]}
        self.branches.append(Branch(ref, number, self.tip, files, self.chance.randrange(1, 8), merged))

    def work_on(self, branch):
        paths = dict.fromkeys(self.chance.choice(list(branch.now)) for _ in range(self.chance.randrange(1, 4)))
        changes = []
        for path in paths:
            branch.now[path] = self.changed(path, branch.now[path])
            changes.append(f"M {self.tree.get(path, '100644')} :{self.stream.blob(branch.now[path])} {quoted(path)}")
        begin = None if branch.begun else branch.tip
        branch.tip = self.commit(branch.ref, self.subject(next(iter(paths))), changes, begin=begin)
        branch.begun, branch.left = True, branch.left - 1

    def finish(self, branch):
        self.branches.remove(branch)
        self.slots.append(branch.slot)
        if not branch.merged:
            return
        changes, resolved = [], 0
        for path, text in branch.now.items():
            here = self.text.get(path)
            if text == branch.base[path] or here is None:
                continue
            if here != branch.base[path]:
                # Both sides changed it: the result is neither, and has lines that exist in no other commit.
                text, resolved = self.changed(path, here), resolved + 1
            changes.append(self.put(path, text))
        self.counts["merges"] += 1
        self.counts["resolved"] += bool(resolved)
        note = f"\n\nResolved by hand: {resolved} files" if resolved else ""
        self.on_main(f"Merge the topic {self.editor.words(2)}{note}", changes, merge=branch.tip)


def editable(path, data):
    """A text with lines of human length, neither tiny nor huge."""
    written = CLASSES[0] <= len(data) <= MAX_EDITED and b"\0" not in data[:8000]
    return written and not path.endswith(".map") and data.count(b"\n") * 400 > len(data)


def size_class(length):
    return next((number for number, limit in enumerate(CLASSES[1:]) if length < limit), len(CLASSES) - 2)
