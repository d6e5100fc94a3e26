"""The doors that take orders, as a seller sees them: what each is called, and an order to try there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from gerai.doors.http.docs.manual import manual
from gerai.doors.http.door import Dialect


@dataclass(frozen=True)
class Counter:
    """A door. ``colour``: which of the colours of doors it is drawn in; ``docs``: where its contract is shown."""

    name: str
    title: str
    colour: int
    docs: str


@dataclass(frozen=True)
class Sample:
    """A command that places an order at a counter, but for the key."""

    counter: Counter
    curl: str


class Counters:
    """Every counter, by name."""

    def __init__(self, dialects: Iterable[Dialect]) -> None:
        self._dialects = {dialect.name: dialect for dialect in dialects}
        self._documents: dict[str, dict[str, Any]] = {}
        self._all = {
            name: Counter(name, dialect.title, n % _COLOURS + 1, f"/docs/{name}")
            for n, (name, dialect) in enumerate(sorted(self._dialects.items()))
        }

    def __iter__(self) -> Iterator[Counter]:
        return iter(self._all.values())

    def named(self, name: str) -> Counter:
        """The counter of this name; of one that is not installed any more, its name."""
        return self._all.get(name) or Counter(name, name, _COLOURS, "/docs")

    def samples(self, base_url: str) -> Sequence[Sample]:
        """What each contract gives as an example of placing an order."""
        found = [(counter, _placing(self._document(name), base_url)) for name, counter in self._all.items()]
        return [Sample(counter, curl) for counter, curl in found if curl]

    def _document(self, name: str) -> dict[str, Any]:
        """Read when it is first asked for: few ever see an empty shop."""
        if name not in self._documents:
            file = self._dialects[name].openapi
            text = "" if file is None else file.read_text(encoding="utf-8")
            self._documents[name] = yaml.load(text, Loader=yaml.CSafeLoader) or {}
        return self._documents[name]


_COLOURS = 4


def _placing(document: dict[str, Any], base_url: str) -> str:
    """The command of the first operation that makes an order; empty: the document has none."""
    if not document:
        return ""
    every = [one for group in manual(document, base_url).groups for one in group.operations]
    return next((one.curl for one in every if one.method == "POST" and one.path.endswith(("/order", "/orders"))), "")
