"""Which door a request goes to: by host name where one is set, else by the longest prefix of whole segments."""

from __future__ import annotations

import re
from typing import Final

from starlette.types import Receive, Scope, Send

from gerai.domain.refusals import HostUnknown
from gerai.doors.http.door import Door
from gerai.doors.http.hosts import KnownHosts

#: Between parts of a path. At its end they stay: one is tolerated there (Door), two are another path.
_DOUBLED: Final = re.compile("/{2,}(?!/|$)")


class Dispatcher:
    """``hosts`` maps host names to doors; ``fallback`` serves what no door owns (the pages); ``known`` are the hosts
    that are served at all."""

    def __init__(self, doors: list[Door], hosts: dict[str, Door], fallback: Door, known: KnownHosts) -> None:
        prefixes = [(prefix.rstrip("/"), door) for door in doors for prefix in door.dialect.prefixes]
        self._fallback = fallback
        self._prefixes = sorted(prefixes, key=lambda item: -len(item[0]))
        #: Most requests name a path of a route without parts: found at once.
        self._fixed = {path: self._by_prefix(path) for door in doors for path in door.fixed_paths}
        self._hosts = hosts
        self._known = known

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope["path"]
        if "//" in path:
            # Old clients join a base address ending in "/" with a path; answered as if they had not, never redirected.
            path = scope["path"] = _DOUBLED.sub("/", path)
        try:
            host = self._known.check(scope)
        except HostUnknown as refusal:
            await self._by_path(path).refuse(refusal, scope, receive, send)
            return
        await (self._hosts.get(host) or self._by_path(path))(scope, receive, send)

    def _by_path(self, path: str) -> Door:
        return self._fixed.get(path) or self._by_prefix(path)

    def _by_prefix(self, path: str) -> Door:
        """The door that owns the path. Case does not matter here: a path in the wrong case has no route, and the door
        it was meant for refuses it in its own envelope."""
        lowered = path.lower()
        for prefix, door in self._prefixes:
            if lowered.startswith(prefix) and (len(lowered) == len(prefix) or lowered[len(prefix)] == "/"):
                return door
        return self._fallback
