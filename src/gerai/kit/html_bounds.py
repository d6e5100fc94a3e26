"""Whether HTML that somebody wrote is small enough to parse: a parser opens formatting tags anew in every block, and
walks all that is open for every tag, so a short text can cost minutes and gigabytes. What it would cost is reckoned
here in one pass over the text, as too much rather than too little."""

from __future__ import annotations

import re
from typing import Final, Literal

TooMuch = Literal["tags", "deep", "formats"]
MOST_TAGS: Final = 4_000
MOST_DEEP: Final = 100
#: Formatting tags opened anew, and the characters of all of them, in the whole text.
_MOST_REOPENED: Final = 10_000
_MOST_REOPENED_CHARS: Final = 300_000
#: A parser moves a formatting tag out of so many blocks when it is closed; of more it stays open.
_MOVED_OUT_OF: Final = 7
#: A plain tag, of which every parser thinks the same. What else begins with ``<`` may hide the end of a tag.
_PLAIN: Final = re.compile(
    r"<(/?)([a-z][a-z0-9]*+)"
    r"((?:[ \t\n\r\f]++[a-z-]++(?:=(?:\"[^\"<>]*+\"|'[^'<>]*+'|[^\s\"'=<>`]++))?+)*+)[ \t\n\r\f]*+/?+>",
    re.IGNORECASE,
)
_BEGINS: Final = re.compile(r"<(?=[a-z/!?])", re.IGNORECASE)
#: They stay open, and are opened anew in the next block, until they are closed.
_FORMATS: Final = frozenset(
    ("a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u")
)
_NEVER_OPEN: Final = frozenset(("br", "hr", "img", "wbr", "?"))
#: Often written without their ends; they end by themselves.
_WITHOUT_END: Final = frozenset(("caption", "li", "p", "tbody", "td", "th", "thead", "tr"))
#: Tags within which nothing hides: neither is their content other than HTML, nor do ends of tags stop at them.
_BLOCKS: Final = frozenset(
    ("blockquote", "div", "figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "li", "ol", "p", "pre", "ul")
)
_LINES: Final = frozenset(("del", "span", "sub", "sup"))


class _Scan:
    """What is open at a place of the text, as far as it costs something."""

    def __init__(self) -> None:
        self.tags = self.blocks = self.barriers = self.reopened = self.reopened_chars = self.chars = 0
        self.open: dict[str, int] = {}
        self.deep = 0
        #: Of each formatting tag that is open: its name, its length, and the blocks and barriers before it.
        self.formats: list[tuple[str, int, int, int]] = []

    def tag(self, name: str, length: int, *, closes: bool) -> TooMuch | None:
        """One more tag; what is too much now, if anything is."""
        self.tags += 1
        if name in _FORMATS:
            self._format(name, length, closes=closes)
        elif name in _BLOCKS:
            self.blocks += not closes
        elif name == "?" or (name not in _NEVER_OPEN and name not in _LINES):
            self.barriers += 1
        if name not in _FORMATS and name not in _NEVER_OPEN:
            self._nest(name, closes=closes)
        self.reopened += len(self.formats)
        self.reopened_chars += self.chars
        if self.tags > MOST_TAGS:
            return "tags"
        if self.deep > MOST_DEEP:
            return "deep"
        too_much = self.reopened > _MOST_REOPENED or self.reopened_chars > _MOST_REOPENED_CHARS
        return "formats" if too_much else None

    def _nest(self, name: str, *, closes: bool) -> None:
        if closes:
            if self.open.get(name, 0):
                self.open[name] -= 1
                self.deep -= 1
        elif name not in _WITHOUT_END or not self.open.get(name, 0):
            self.open[name] = self.open.get(name, 0) + 1
            self.deep += 1

    def _format(self, name: str, length: int, *, closes: bool) -> None:
        last = next((at for at in reversed(range(len(self.formats))) if self.formats[at][0] == name), None)
        # A link in a link ends the first one.
        if last is not None and (closes or name == "a"):
            _, chars, blocks, barriers = self.formats[last]
            within = self.blocks - blocks
            self.reopened += within
            if barriers == self.barriers and within <= _MOVED_OUT_OF:
                del self.formats[last]
                self.chars -= chars
        if not closes:
            self.formats.append((name, length, self.blocks, self.barriers))
            self.chars += length


def too_much(html: str) -> TooMuch | None:
    """What of the HTML is more than a parser is asked for: ``tags`` (all of them), ``deep`` (one in another),
    ``formats`` (formatting that is never closed); None: nothing."""
    scan, at = _Scan(), 0
    while (begins := _BEGINS.search(html, at)) is not None:
        plain = _PLAIN.match(html, begins.start())
        if plain is None:
            # A comment, a tag with odd quotes: where it ends is the parser's to say.
            at, found = begins.end(), scan.tag("?", 1, closes=False)
        else:
            at, name = plain.end(), plain[2].lower()
            found = scan.tag(name, at - plain.start(), closes=bool(plain[1]))
        if found is not None:
            return found
    return None
