"""What the races of texts and rules are run on: floods of what rules look for, and a pack of rules for nothing."""

import base64
import itertools
import pathlib
import random
import re
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
LENGTH = 10_000_000


def source_code():
    """The project's own sources, again and again: the normal throughput."""
    once = b"".join(path.read_bytes() for path in sorted((ROOT / "src").rglob("*.rs")))
    return repeated(once)


def floods():
    """Texts of one size, each of them nothing but what some reader begins at."""
    rules = [rule for path in sorted((ROOT / "rules").glob("*.toml")) for rule in tomllib.loads(path.read_text())["rule"]]
    prefixes = sorted({prefix for rule in rules if (prefix := leading_literal(rule.get("format", "")))})
    words = sorted({word for rule in rules for word in rule.get("context", [])})
    keys = sorted({word for rule in rules for word in rule.get("assignment", [])})
    yield "a", repeated(b"a")
    yield "key=", repeated(b"key=")
    yield "://", repeated(b"://")
    yield "begin marks", repeated(b"-----BEGIN ")
    yield "begin lines", repeated(b"-----BEGIN " + b"PRIVATE KEY-----\n")
    yield f"each of {len(prefixes)} prefixes, run together", shared(prefixes, "")
    yield f"each of {len(prefixes)} prefixes, as words", shared(prefixes, " ")
    yield f"each of {len(words)} context words", shared(words, " ")
    yield f"each of {len(keys)} key words", shared(keys, "=")
    yield f"each of {len(keys)} key words, with a value", shared(keys, '="')
    yield "base64 of base64 of base64 …", deep_base64()


def leading_literal(pattern):
    literal = re.match(r"[^{]*", pattern)[0]
    return literal if len(literal) >= 3 else ""


def repeated(piece):
    return (piece * (LENGTH // len(piece) + 1))[:LENGTH]


def shared(words, joint):
    """Each word for as long as every other, over and over before the next one begins."""
    share = LENGTH // len(words)
    floods = (((word + joint) * (share // len(word + joint) + 1))[:share] for word in words)
    return "\n".join(floods).encode()


def deep_base64():
    text = random.Random(1).randbytes(4096)
    while len(text) < LENGTH:
        text = base64.b64encode(text)
    return text[:LENGTH]


PACK = """
[[rule]]
id = "nobody-{prefix}"
family = "nobody-{prefix}"
title = "Token of nobody"
what = "Opens nothing."
severity = "low"
format = "{prefix}_{{base62:32}}"
lifetime = "long-lived"
hit = ["key = {{format}}"]
miss = ["key = {prefix}_no"]
way_out = {{ class = "review" }}
"""


def pack(count):
    """So many rules whose tokens begin with prefixes of three to six letters that no other rule has."""
    chance = random.Random(1)
    prefixes = ("".join(chance.choices("bcdfghjklmnpqrstvwxz", k=chance.randint(3, 6))) for _ in itertools.count())
    unique = itertools.islice(dict.fromkeys(itertools.islice(prefixes, 4 * count)), count)
    return 'provider = "Nobody"\n' + "".join(PACK.format(prefix=prefix) for prefix in unique)
