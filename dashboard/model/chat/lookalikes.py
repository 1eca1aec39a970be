"""Texts in which nothing is invisible, and nothing passes for something else."""

from __future__ import annotations

import re
import unicodedata

# Drawn as nothing, though their category is one that is drawn (Unicode: Default_Ignorable_Code_Point).
_BLANK = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
# The commonest of Unicode's confusables.txt: Cyrillic and Greek letters, dashes and quotes.
_LIKE = str.maketrans(
    "аеорсухіјѕһԁԛԝАВЕКМНОРСТУХІЈЅΑΒΕΖΗΙΚΜΝΟΡΤΥΧοαν‐‑‒–—―−‘’‚“”„",
    "aeopcyxijshdqwABEKMHOPCTYXIJSABEZHIKMNOPTYXoav-------'''\"\"\"",
)
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_EDGES = re.compile(r"^ +| +$| {2,}")


def shown(text: str, other: str | None = None) -> str:
    """`text` on one line, with an escape for each character that is drawn as nothing.

    Of what changed, `other` is its counterpart: spaces at its ends are drawn, a backslash is doubled, and
    where the two look alike nothing beyond ASCII stays.
    """
    if other is None:
        return "".join(_escape(c) if _invisible(c) else c for c in text)
    alike = looks(text) == looks(other)
    escaped = (
        "\\\\" if c == "\\" else _escape(c) if _invisible(c) or _loose(text, i) or (alike and c > "~") else c
        for i, c in enumerate(text)
    )
    return _EDGES.sub(lambda found: "␣" * len(found[0]), "".join(escaped))


def looks(text: str) -> str:
    """The same for texts that a reader takes for the same."""
    seen = "".join(c for c in unicodedata.normalize("NFKC", text) if not _invisible(c))
    return seen.translate(_LIKE)


def _invisible(c: str) -> bool:
    if c == " " or "!" <= c <= "~":
        return False
    category = unicodedata.category(c)
    return category in _INVISIBLE or category == "Zs" or bool(_BLANK.match(c))


def _loose(text: str, index: int) -> bool:
    """A mark that would be drawn on what stands before `text`, or the sign that spaces are drawn as."""
    return text[index] == "␣" or (index == 0 and unicodedata.category(text[0]).startswith("M"))


def _escape(c: str) -> str:
    if c in _NAMED:
        return _NAMED[c]
    return f"\\u{ord(c):04x}" if ord(c) < 0x10000 else f"\\U{ord(c):08x}"
