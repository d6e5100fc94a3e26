"""What a lookup must be: somebody outside who is asked whether what an order names exists, and what it costs.

A lookup is a folder of ``partners/lookups/`` whose package defines ``LOOKUP``. What it is asked is between it and the
dialect that needs it: both know one port, a module beside this one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol


class LookupClient(Protocol):
    """The real thing, as the application holds it."""

    @property
    def attempts(self) -> Mapping[str, int]:
        """Calls so far, by how they ended (``kit.http.OUTCOMES``)."""
        ...

    async def probe(self) -> str:
        """Ask something harmless. Empty when there was an answer, else in a few words who gave none and why."""
        ...

    async def close(self) -> None:
        """Close the kept connections."""
        ...


@dataclass(frozen=True)
class Lookup:
    """``settings``: the defaults of the server's section that has the folder's name, a frozen dataclass of
    ``kit.declare.setting``. ``connect`` makes the real thing of what is in force; ``simulate``, one that answers by
    itself."""

    settings: Any
    connect: Callable[[Any], LookupClient]
    simulate: Callable[[], object]
