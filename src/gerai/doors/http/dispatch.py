"""Which door a request goes to: by host name where one is set, else by the longest prefix of whole segments."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

from gerai.doors.http.door import Door


class Dispatcher:
    """``hosts`` maps host names to doors; ``fallback`` answers what no door owns (the pages)."""

    def __init__(self, doors: list[Door], hosts: dict[str, Door], fallback: ASGIApp) -> None:
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

    def _find(self, scope: Scope, path: str) -> ASGIApp:
        if self._hosts:
            host = next((value for name, value in scope["headers"] if name == b"host"), b"")
            door = self._hosts.get(host.decode("latin-1").partition(":")[0].lower())
            if door is not None:
                return door
        for prefix, door in self._prefixes:
            if path.startswith(prefix) and (len(path) == len(prefix) or path[len(prefix)] == "/"):
                return door
        return self._fallback
