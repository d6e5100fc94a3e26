"""Draws the manuals: HTML without script, from templates with autoescape on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup

from gerai.doors.http.docs.manual import Manual
from gerai.doors.http.docs.words import WORDS
from gerai.doors.http.door import Dialect

#: Descriptions are Markdown. HTML inside them is shown as text, links are not followed into images.
_MARKDOWN: Final = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")


def _markdown(text: str) -> Markup:
    return Markup(_MARKDOWN.render(text))


def _inline(text: str) -> Markup:
    return Markup(_MARKDOWN.renderInline(text))


_TEMPLATES: Final = Environment(
    loader=PackageLoader("gerai.doors.http.docs"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.filters["markdown"] = _markdown
_TEMPLATES.filters["inline"] = _inline


def index_page(dialects: Sequence[Dialect], language: str) -> str:
    """The list of manuals, with each dialect's blurb."""
    return _TEMPLATES.get_template("index.html").render(dialects=dialects, t=WORDS[language], language=language)


def manual_page(name: str, manual: Manual, language: str) -> str:
    """One door's manual."""
    page = _TEMPLATES.get_template("manual.html")
    return page.render(name=name, manual=manual, t=WORDS[language], language=language)
