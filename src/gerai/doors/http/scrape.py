"""`/metrics`, for whoever knows the token; or on an address of its own, where nothing else is."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from typing import Final

from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from gerai.doors.http.context import RequestContext
from gerai.doors.http.door import Route
from gerai.doors.http.headers import RequestHeaders

#: Takes the Accept header; returns the text and its content type.
Exposition = Callable[[str], Awaitable[tuple[bytes, str]]]

PATH: Final = "/metrics"
_CHALLENGE: Final = 'Bearer realm="metrics"'
_PRIVATE: Final = {"cache-control": "no-store", "x-content-type-options": "nosniff"}


class Scrape:
    """Serves scrapes. ``token``: what a caller must know; empty: nothing, and then the public server has no route."""

    def __init__(self, exposition: Exposition, token: str) -> None:
        self._exposition = exposition
        self._token = token.encode()

    async def answer(self, headers: RequestHeaders) -> Response:
        """The metrics; 401 for a wrong or missing token."""
        if self._token:
            given = headers.bearer()
            if given is None or not hmac.compare_digest(given.encode("latin-1"), self._token):
                challenge = _CHALLENGE if given is None else f'{_CHALLENGE}, error="invalid_token"'
                return PlainTextResponse("metrics need their token\n", 401, {"www-authenticate": challenge, **_PRIVATE})
        text, content_type = await self._exposition(headers.get("accept", ""))
        return Response(text, 200, {"content-type": content_type, **_PRIVATE})

    def routes(self) -> tuple[Route, ...]:
        """The route on the public server; without a token there is none."""

        async def metrics(ctx: RequestContext) -> Response:
            return await self.answer(ctx.headers)

        return (Route("GET", PATH, metrics),) if self._token else ()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI app of an address of its own."""
        if scope["type"] != "http":
            return
        response: Response = PlainTextResponse("nothing here but /metrics\n", 404)
        if scope["path"] == PATH and scope["method"] in ("GET", "HEAD"):
            response = await self.answer(RequestHeaders(scope["headers"]))
        await response(scope, receive, send)
