"""The stream into `git fast-import`."""

import hashlib
import io
import subprocess
import sys


class Stream:
    """What is written. Equal blobs are written once, so the blobs and bytes counted here are what git will hold."""

    def __init__(self, repository):
        # depth 0: fast-import makes each blob a delta of whatever came before it, at a cost and for nothing.
        command = ["git", "-C", repository, "-c", "core.compression=1", "fast-import", "--quiet", "--depth=0"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE)
        self.out = io.BufferedWriter(self.process.stdin, 1 << 20)
        self.marks, self.next_mark, self.bytes = {}, 1, 0

    def mark(self):
        self.next_mark += 1
        return self.next_mark - 1

    def knows(self, data):
        return hashlib.sha1(data).digest() in self.marks

    def blob(self, data):
        key = hashlib.sha1(data).digest()
        if key not in self.marks:
            self.marks[key] = self.mark()
            self.bytes += len(data)
            self.out.write(b"blob\nmark :%d\ndata %d\n" % (self.marks[key], len(data)))
            self.out.write(data)
            self.out.write(b"\n")
        return self.marks[key]

    def text(self, *lines):
        self.out.write("".join(line + "\n" for line in lines).encode())

    def data(self, message):
        self.out.write(b"data %d\n%s\n" % (len(message.encode()), message.encode()))

    def close(self):
        self.out.close()
        if self.process.wait() != 0:
            sys.exit("make-history: git fast-import failed; what it said is above")


def quoted(path):
    escaped = path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
