"""What people read on a page, text by text."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Final

#: What stands in these is the shop's, a program's, or drawn.
_UNREAD: Final = frozenset({"script", "style", "code", "pre", "svg", "kbd", "textarea", "time", "title"})
#: Elements that never end.
_VOID: Final = frozenset({"br", "img", "input", "link", "meta", "hr", "wbr", "col", "source"})
_READ: Final = ("aria-label", "title", "data-label", "alt", "data-copied", "data-changed", "data-over")


class PageTexts(HTMLParser):
    """``texts``: of each place on the page, but for those whose language is said to be another one."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: set[str] = set()
        self._within: list[str] = []
        self._silent = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """What an element is called for who cannot see it is read, too."""
        given = dict(attrs)
        other = "lang" in given and tag != "html"
        if not self._silent and not other:
            self.texts |= {" ".join(text.split()) for name in _READ if (text := given.get(name))}
        if tag in _VOID:
            return
        silent = self._silent or tag in _UNREAD or other
        self._within.append(tag)
        self._silent = len(self._within) if silent and not self._silent else self._silent

    def handle_endtag(self, tag: str) -> None:
        """Out of it again."""
        if tag in _VOID or tag not in self._within:
            return
        while self._within.pop() != tag:
            pass
        if self._silent > len(self._within):
            self._silent = 0

    def handle_data(self, data: str) -> None:
        """One text."""
        if not self._silent and data.strip():
            self.texts.add(" ".join(data.split()))
