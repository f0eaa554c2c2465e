"""Where the text comes from: consecutive releases of well-known packages, by name, through cargo, npm and pip.

The archives are read as they are; nothing in them is run. Hence wheels for Python and not source archives, whose build
code pip runs even to download them.
"""

import os
import pathlib
import subprocess
import sys
import tarfile
import tempfile
import zipfile

# (client, package, consecutive releases). Pinned, because the same seed has to give the same repository next year.
RELEASES = {
    "full": [
        ("cargo", "libc", ["0.2.149", "0.2.150", "0.2.151", "0.2.152", "0.2.153"]),
        ("npm", "typescript", ["5.4.2", "5.4.3", "5.4.4", "5.4.5", "5.5.2", "5.5.3", "5.5.4"]),
        ("pip", "django", ["4.2.9", "4.2.10", "4.2.11"]),
        ("pip", "ansible", ["9.4.0", "9.5.1"]),
        ("pip", "botocore", ["1.29.160", "1.29.161", "1.29.162"]),
        ("npm", "rxjs", ["7.8.0", "7.8.1"]),
        ("npm", "antd", ["5.16.4", "5.16.5", "5.17.0"]),
        ("npm", "@babylonjs/core", ["7.47.1", "7.47.2", "7.47.3"]),
        ("npm", "googleapis", ["133.0.0", "134.0.0", "135.0.0"]),
        ("npm", "core-js", ["3.37.0", "3.37.1", "3.38.0"]),
        ("npm", "@mui/material", ["5.15.14", "5.15.15"]),
        ("npm", "date-fns", ["3.5.0", "3.6.0"]),
        ("pip", "plotly", ["5.21.0", "5.22.0"]),
        ("npm", "@mui/icons-material", ["5.15.14", "5.15.15"]),
        ("npm", "@tabler/icons-react", ["3.40.0", "3.41.0"]),
    ],
    "small": [
        ("cargo", "libc", ["0.2.150", "0.2.151", "0.2.152"]),
        ("cargo", "linux-raw-sys", ["0.4.13", "0.4.14"]),
    ],
}


class Downloads:
    """The archives of releases, by client, package and release; one that is there already is not fetched again."""

    def __init__(self, directory):
        self.directory = pathlib.Path(directory).resolve()
        self.directory.mkdir(parents=True, exist_ok=True)

    def archive(self, client, package, release):
        kept = self.directory / f"{client}-{package.replace('/', '-').lstrip('@')}-{release}"
        if not kept.exists():
            with tempfile.TemporaryDirectory(dir=self.directory) as scratch:
                getattr(self, client)(pathlib.Path(scratch), package, release).rename(kept)
        return kept

    def run(self, command, **options):
        try:
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, **options)
        except (OSError, subprocess.CalledProcessError) as error:
            told = f"make-history: {' '.join(map(str, command))}: {error}"
            sys.exit(f"{told}; is that client installed, its registry in reach and the release still there?")

    def only(self, scratch, pattern):
        found = sorted(scratch.rglob(pattern))
        return found[0] if found else sys.exit(f"make-history: the client left no {pattern} behind")

    def cargo(self, scratch, package, release):
        (scratch / "src").mkdir()
        (scratch / "src" / "lib.rs").touch()
        about = '[package]\nname = "throw-away"\nversion = "0.0.0"\n[workspace]\n'
        manifest = f'{about}[dependencies]\n{package} = "={release}"\n'
        (scratch / "Cargo.toml").write_text(manifest)
        home = dict(os.environ, CARGO_HOME=str(scratch / "home"))
        self.run(["cargo", "fetch", "--quiet", "--manifest-path", scratch / "Cargo.toml"], env=home)
        return self.only(scratch, f"{package}-{release}.crate")

    def npm(self, scratch, package, release):
        self.run(["npm", "pack", "--silent", "--ignore-scripts", "--pack-destination", scratch, f"{package}@{release}"])
        return self.only(scratch, "*.tgz")

    def pip(self, scratch, package, release):
        pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
        self.run([*pip, "download", "--no-deps", "--only-binary", ":all:", "--dest", scratch, f"{package}=={release}"])
        return self.only(scratch, "*.whl")


def members(archive):
    """(path, mode, bytes) of an archive's regular files, without the directory that is named after the release."""
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as opened:
            for info in opened.infolist():
                parts = ["dist-info" if part.endswith(".dist-info") else part for part in info.filename.split("/")]
                if not info.is_dir() and fit_for_git(parts):
                    yield "/".join(parts), "100644", opened.read(info)
    else:
        with tarfile.open(archive) as opened:
            for info in opened:
                parts = info.name.split("/")[1:]
                if info.isreg() and fit_for_git(parts):
                    mode = "100755" if info.mode & 0o111 else "100644"
                    yield "/".join(parts), mode, opened.extractfile(info).read()


def fit_for_git(parts):
    return bool(parts) and not any(part in ("", ".", "..") or part.lower() == ".git" for part in parts)
