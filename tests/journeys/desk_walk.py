"""Every page of the console by its address: those that links lead to, each kind once, and those of the registry."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, field
from html import unescape
from typing import Final
from urllib.parse import parse_qs, urlsplit

import httpx

from gerai.engine.desk.read import fields_of
from gerai.engine.desk.registry import acts, views

_LINK: Final = re.compile(r'<a\b[^>]*?\bhref="(/console[^"#]*)"')
#: How a page looks and what was just done say nothing of what is on it; where a list goes on is another page of it.
_SAME: Final = frozenset({"lang", "theme", "done", "again", "back", "since", "until"})
#: Of these each value is a page of its own.
_KINDS: Final = frozenset({"by", "range"})
_NUMBER: Final = re.compile(r"\b\d+\b")
#: What is no page: files, and what changes something.
_NO_PAGE: Final = re.compile(r"\.(csv|xlsx|pdf)$|/sign-out$|/static/|/file$|/account/")
_BARE: Final = 'class="card empty"'
MOST: Final = 400


@dataclass
class Walk:
    """``pages``: an address of each kind, by kind: the path within a shop with its ids left out, and the names in its
    query. ``bare``: kinds of which no shop had anything to show; one that has is preferred."""

    pages: dict[str, str] = field(default_factory=dict[str, str])
    bare: set[str] = field(default_factory=set[str])

    async def shop(self, client: httpx.AsyncClient, base: str) -> None:
        """Whatever the desk at ``base`` leads to for whoever is signed in at ``client``."""
        coming, met = deque([base]), set[str]()
        while coming:
            address = coming.popleft()
            kind = kind_of(address, base)
            if kind in met:
                continue
            met.add(kind)
            answer = await client.get(address)
            if answer.status_code != 200 or "text/html" not in answer.headers["content-type"]:
                continue
            bare = _BARE in answer.text
            if kind not in self.pages or (kind in self.bare and not bare):
                self.pages[kind] = address
                (self.bare.add if bare else self.bare.discard)(kind)
            assert len(self.pages) < MOST, sorted(self.pages)
            found = (unescape(link) for link in _LINK.findall(answer.text))
            coming.extend(one for one in found if one.startswith(base) and not _NO_PAGE.search(urlsplit(one).path))

    def registry(self, base: str) -> list[str]:
        """Lists and forms of the registry that no link led to, each by its address (a form about one thing has none
        without it); returns the names of what is shown one by one and of which there is none."""
        lacking = list[str]()
        for name in views():
            things, _, verb = name.rpartition(".")
            if verb == "list":
                self.pages.setdefault(f"/{things}", f"{base}/{things}")
            elif verb == "show" and f"/{things}/N" not in self.pages:
                lacking.append(name)
        for act in acts().values():
            of_one = any(field.name == "id" and field.required for field in fields_of(act.input))
            if not (act.outside or of_one) and not any(
                kind.partition("?")[0] == f"/do/{act.name}" for kind in self.pages
            ):
                self.pages[f"/do/{act.name}"] = f"{base}/do/{act.name}"
        return lacking


def kind_of(address: str, base: str) -> str:
    """What of an address says which kind of page it is: of its query, one name. A filter of two names is no other page
    than one of the first."""
    parts = urlsplit(address)
    asked = {name: values[-1] for name, values in parse_qs(parts.query).items() if name not in _SAME}
    name = min(asked, default="")
    query = f"?{name}={asked[name]}" if name in _KINDS else f"?{name}" if name else ""
    return _NUMBER.sub("N", parts.path.removeprefix(base)) + query
