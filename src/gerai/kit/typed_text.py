"""Text as people type it on a phone, made HTML: blank lines between paragraphs, lists, headings, links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

#: Four blanks at the beginning of a line are a slip of the thumb, and a line of dashes is drawn as one.
_READER: Final = MarkdownIt("commonmark", {"html": False, "breaks": True}).disable(["code", "lheading", "reference"])
#: A page has one heading of the first rank: its title.
_RANKS: Final = {"h1": "h2", "h2": "h3"}
_LOWEST: Final = "h4"
_HEADING: Final = re.compile(r"h[1-6]")
#: An address, without what ends the sentence that it stands in.
_ADDRESS: Final = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]}]")


def html_of(text: str) -> str:
    """The same as HTML. A line's end is one, addresses are links, tags are shown as they were typed. It is still to be
    cleaned: a link may lead anywhere."""
    tokens = _READER.parse(text)
    for token in tokens:
        if _HEADING.fullmatch(token.tag):
            token.tag = _RANKS.get(token.tag, _LOWEST)
        if token.children is not None:
            token.children = list(_linked(token.children))
    return _READER.renderer.render(tokens, _READER.options, {}).strip()


def _linked(tokens: list[Token]) -> Iterator[Token]:
    """The same, with a link around every bare address that stands in none."""
    within = 0
    for token in tokens:
        within += token.nesting if token.type.startswith("link_") else 0
        if token.type == "text" and not within:
            yield from _parted(token.content)
        else:
            yield token


def _parted(text: str) -> Iterator[Token]:
    shown = 0
    for found in _ADDRESS.finditer(text):
        yield Token("text", "", 0, content=text[shown : found.start()])
        yield Token("link_open", "a", 1, attrs={"href": found[0]})
        yield Token("text", "", 0, content=found[0])
        yield Token("link_close", "a", -1)
        shown = found.end()
    yield Token("text", "", 0, content=text[shown:])
