"""A request at a door from within this process, as whoever holds a key: read, decided and stored as any other."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from starlette.responses import Response
from starlette.types import Message
from starlette.types import Scope as AsgiScope

from gerai.doors.http.context import AppServices, RequestContext
from gerai.doors.http.door import Dialect
from gerai.engine.desk.sample_orders import SampleOrder
from gerai.engine.directory_entries import KeyFacts

_JSON: Final = b"application/json"


class _Ringing(RequestContext):
    """A request whose key is known: it need not be stored anywhere."""

    __slots__ = ("_key",)

    def __init__(self, services: AppServices, scope: AsgiScope, receive: Any, request_id: str, key: KeyFacts) -> None:
        super().__init__(services, scope, receive, request_id)
        self._key = key

    def authenticate(self, token: str | None, dialect: str) -> KeyFacts:
        """The key. It is this door's: whoever rings saw to that."""
        assert dialect == self._key.dialect
        self._caller = self._key
        return self._key


async def ring(services: AppServices, dialect: Dialect, asked: SampleOrder, key: KeyFacts) -> Response:
    """The door's answer. Raises what its endpoint raises: refusals are not put into the door's words."""
    body = msgspec.json.encode(asked.body)
    headers = {**asked.headers, "content-type": _JSON.decode(), "content-length": str(len(body))}
    scope: AsgiScope = {
        "type": "http", "method": "POST", "path": asked.path, "query_string": b"", "scheme": "http",
        "client": ("127.0.0.1", 0),
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
    }  # fmt: skip

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    endpoint = next(one.endpoint for one in dialect.routes if (one.method, one.path) == ("POST", asked.path))
    return await endpoint(_Ringing(services, scope, receive, dialect.request_id(), key))
