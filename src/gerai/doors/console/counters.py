"""The doors that take orders, as a seller sees them: what each is called, and an order to try there."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import yaml

from gerai.doors.http.docs.manual import manual
from gerai.doors.http.door import Dialect

_COLOURS: Final = 4
#: What stands for this server's address in what is read once.
_HERE: Final = "http://here.invalid"


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
        self._samples: Sequence[Sample] | None = None
        self._all = {
            name: Counter(name, dialect.title, n % _COLOURS + 1, f"/docs/{name}")
            for n, (name, dialect) in enumerate(sorted(self._dialects.items()))
        }

    def __iter__(self) -> Iterator[Counter]:
        return iter(self._all.values())

    def named(self, name: str) -> Counter:
        """The counter of this name; of one that is not installed any more, its name."""
        return self._all.get(name) or Counter(name, name, _COLOURS, "/docs")

    async def samples(self, base_url: str) -> Sequence[Sample]:
        """What each contract gives as an example of placing an order. Read when it is first asked for, which few shops
        do, and beside the requests: it takes some tenths of a second."""
        if self._samples is None:
            self._samples = await asyncio.to_thread(self._read)
        return [Sample(one.counter, one.curl.replace(_HERE, base_url)) for one in self._samples]

    def _read(self) -> Sequence[Sample]:
        found = [(counter, _placing(self._dialects[name])) for name, counter in self._all.items()]
        return [Sample(counter, curl) for counter, curl in found if curl]


def _placing(dialect: Dialect) -> str:
    """The command of the first operation that makes an order; empty: the contract has none."""
    if dialect.openapi is None:
        return ""
    document = yaml.load(dialect.openapi.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    every = [one for group in manual(document, _HERE).groups for one in group.operations]
    return next((one.curl for one in every if one.method == "POST" and one.path.endswith(("/order", "/orders"))), "")
