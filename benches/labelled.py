"""The labelled file: lines with a label, as benches/accuracy and benches/train take it."""

import csv
import gzip


def rows(path):
    """Each row, a dict by column, with its text unescaped."""
    opener = gzip.open if path.endswith(".gz") else open
    with opener(path, "rt", encoding="utf-8", newline="") as file:
        csv.field_size_limit(10_000_000)
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            yield row, row["text"].replace("\\\\", "\0").replace("\\n", "\n").replace("\\t", "\t").replace("\0", "\\")


def number(text):
    """A column of the value's place; none where the place is the whole line."""
    return int(text) if text and text != "-1" else None
