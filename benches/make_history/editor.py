"""Seeded changes to texts, in words that no scanner takes for a secret."""

import posixpath

WORDS = (
    "account action adapter amount answer archive area array batch border branch bucket buffer builder cache caller "
    "channel chart child chunk circle client cluster column command context corner count cursor delta device digest "
    "document domain driver edge editor element entry event factor feature field filter flag folder font format frame "
    "gateway graph grid group handle header height image import index input item journal kernel label layer layout "
    "length level limit line link list loader locale margin marker matrix member menu metric mirror model module "
    "motion name node notice number object offset option order outline output owner packet page panel parent parser "
    "part path pattern phase pixel place plugin point policy pool port prefix preview process profile project proxy "
    "query queue radius range ratio record region render report request reset result retry root route sample scale "
    "scene schema screen script scroll sector segment sender series server session shape signal size slice slot "
    "source span stage state status step stream string style suffix switch symbol system table target task template "
    "theme thread timer title trace track trigger tuple type unit update user value vector version view visitor "
    "volume weight width window worker writer zone"
).split()
HASH_COMMENT = {".py", ".yml", ".yaml", ".toml", ".sh", ".cfg", ".rb", ".ps1", ".j2"}
# Edited so that they still parse, or nearly always: by comments, and longer strings in JSON.
DOCUMENTS = {".yml", ".yaml", ".toml", ".json"}
PROSE = {".md", ".rst", ".txt", ".html", ".po"}


class Editor:
    """Small changes to a text such as people make, with words of its own and lines borrowed from the text."""

    def __init__(self, chance):
        self.chance = chance

    def words(self, count):
        return " ".join(self.chance.choice(WORDS) for _ in range(count))

    def statement(self, path, indent):
        extension, number = posixpath.splitext(path)[1], self.chance.randrange(1_000_000)
        if extension in PROSE or self.chance.random() < 0.3:
            sentence = f"{self.words(5).capitalize()} {number}, {self.words(4)}."
            mark = "" if extension in PROSE else "# " if extension in HASH_COMMENT else "// "
            return indent + f"{mark}{sentence}\n".encode()
        left, right = self.words(2).replace(" ", "_"), self.words(2).replace(" ", "_")
        if extension in DOCUMENTS:
            return indent + f"# {left}: {number}\n".encode()
        if extension in HASH_COMMENT:
            return indent + f"{left} = {right} + {number}\n".encode()
        return indent + f"{'let' if extension == '.rs' else 'const'} {left} = {right} + {number};\n".encode()

    def line_start(self, text):
        return text.rfind(b"\n", 0, self.chance.randrange(len(text))) + 1

    def skip_lines(self, text, start, count):
        for _ in range(count):
            end = text.find(b"\n", start)
            if end < 0:
                return len(text)
            start = end + 1
        return start

    def edit(self, path, text):
        changed = text
        for _ in range(1 + int(self.chance.expovariate(0.8))):
            changed = self.change(path, changed)
        return changed

    def new(self, model, text):
        """A new text of the model's kind: lines of its own and a part of the model."""
        if posixpath.splitext(model)[1] in DOCUMENTS:
            return self.edit(model, text)
        start = self.line_start(text)
        part = text[start : self.skip_lines(text, start, self.chance.randrange(20, 400))]
        return b"".join(self.statement(model, b"") for _ in range(30)) + part

    def change(self, path, text):
        if path.endswith(".json"):
            return self.change_json(text)
        start = self.line_start(text)
        first = text[start : self.skip_lines(text, start, 1)]
        indent = first[: len(first) - len(first.lstrip(b" \t"))] if first.strip() else b""
        count, kind = 1 + int(self.chance.expovariate(0.5)), self.chance.random()
        if posixpath.splitext(path)[1] in DOCUMENTS:
            return text[:start] + self.statement(path, indent) + text[start:]
        if kind < 0.45 or len(text) < 1200:
            other = self.line_start(text)
            borrowed = text[other : self.skip_lines(text, other, count - 1)] if count < 12 else b""
            return text[:start] + self.statement(path, indent) + borrowed + text[start:]
        # A deletion leaves a line behind, because a text that is merely shorter may have existed before.
        end = self.skip_lines(text, start, count if kind < 0.65 else 1)
        return text[:start] + self.statement(path, indent) + text[end:]

    def change_json(self, text):
        """Lengthen a string value, so that the document still parses."""
        addition = f" {self.words(3)} {self.chance.randrange(1_000_000)}".encode()
        at = text.find(b'",\n', self.chance.randrange(len(text)))
        at = at if at >= 0 else text.find(b'",\n')
        if at <= 0 or text[at - 1 : at] == b"\\" or text[at - 1 : at] == b'"':
            return text.rstrip(b"\n") + b" " * self.chance.randrange(1, 200) + b"\n" * self.chance.randrange(1, 9)
        return text[:at] + addition + text[at:]
