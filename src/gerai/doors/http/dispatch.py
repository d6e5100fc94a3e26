"""Which door a request goes to: by host name where one is set, else by the longest prefix of whole segments."""

from __future__ import annotations

from starlette.types import Receive, Scope, Send

from gerai.doors.http.door import Door


class Dispatcher:
    """``hosts`` maps host names to doors; ``fallback`` answers what no door owns (the pages)."""

    def __init__(self, doors: list[Door], hosts: dict[str, Door], fallback: Door) -> None:
        prefixes = [(prefix.rstrip("/"), door) for door in doors for prefix in door.dialect.prefixes]
        self._prefixes = sorted(prefixes, key=lambda item: -len(item[0]))
        self._hosts = hosts
        self._fallback = fallback

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope["path"]
        if path.startswith("//"):
            # Old clients join a base address ending in "/" with a path; answered as if they had not, never redirected.
            path = scope["path"] = "/" + path.lstrip("/")
        await self._find(scope, path)(scope, receive, send)

    def _find(self, scope: Scope, path: str) -> Door:
        if self._hosts:
            host = next((value for name, value in scope["headers"] if name == b"host"), b"")
            door = self._hosts.get(host.decode("latin-1").partition(":")[0].lower())
            if door is not None:
                return door
        return self._by_path(path)

    def _by_path(self, path: str) -> Door:
        """The door that owns the path. Case does not matter here: a path in the wrong case has no route, and the door
        it was meant for says so in its own envelope."""
        lowered = path.lower()
        for prefix, door in self._prefixes:
            if lowered.startswith(prefix) and (len(lowered) == len(prefix) or lowered[len(prefix)] == "/"):
                return door
        return self._fallback
