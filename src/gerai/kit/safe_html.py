"""HTML that people write, cleaned of everything that could act in a reader's browser."""

from __future__ import annotations

import html as html_texts
import re
from typing import Final

import nh3

_INLINE: Final = {"a", "b", "br", "code", "del", "em", "i", "s", "small", "span", "strong", "sub", "sup", "u"}
_BLOCKS: Final = {
    "blockquote",
    "div",
    "figcaption",
    "figure",
    "h2",
    "h3",
    "h4",
    "hr",
    "img",
    "li",
    "ol",
    "p",
    "pre",
    "ul",
}
_TABLES: Final = {"caption", "table", "tbody", "td", "th", "thead", "tr"}
_ATTRIBUTES: Final[dict[str, set[str]]] = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title", "width", "height"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}
#: Pictures of other schemes are dropped with their address.
_SCHEMES: Final = {"https", "mailto", "tel"}
#: A blank before each: words of two paragraphs are two words.
_TAG: Final = re.compile(r"<(?=[a-z/])", re.IGNORECASE)
_BLANKS: Final = re.compile(r"\s+")


def safe_html(text: str) -> str:
    """The same text with the tags of an article alone: no scripts, styles, forms, frames, events, classes or ids;
    links and pictures of https (links of mailto and tel, too), which tell their place nothing of where they stood.
    Cleaning it again changes nothing."""
    return nh3.clean(
        text,
        tags=_INLINE | _BLOCKS | _TABLES,
        attributes=_ATTRIBUTES,
        url_schemes=_SCHEMES,
        link_rel="noopener noreferrer nofollow",
    )


def text_of(html: str) -> str:
    """What is read of it, as one line of plain text."""
    bare = nh3.clean(_TAG.sub(" <", html), tags=set())
    return _BLANKS.sub(" ", html_texts.unescape(bare)).strip()
