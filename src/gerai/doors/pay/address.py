"""Where a page lives: its path and, for one of the doors, the secret in its query."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, urlencode


@dataclass(frozen=True)
class Address:
    """The address of one order's page. ``segments`` are the raw parts of its path; ``secret`` goes into ``?t=``."""

    segments: tuple[str, ...]
    secret: str = ""

    @property
    def path(self) -> str:
        return "/" + "/".join(quote(segment, safe="") for segment in self.segments)

    def at(self, action: str = "", **query: str) -> str:
        """The page itself, or one of its actions (``qr.png``, ``play`` …), with further query parameters."""
        parameters = {"t": self.secret, **query} if self.secret else query
        return self.path + (f"/{action}" if action else "") + (f"?{urlencode(parameters)}" if parameters else "")
