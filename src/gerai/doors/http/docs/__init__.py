"""`/docs`: every door's ``openapi.yaml`` and a page that shows it, from this server alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from importlib import resources
from types import MappingProxyType
from typing import Any, Final

import yaml
from starlette.responses import Response

from gerai.doors.http.context import RequestContext
from gerai.doors.http.docs.draw import index_page, manual_page
from gerai.doors.http.docs.manual import manual
from gerai.doors.http.door import Dialect, Endpoint, Route

_FILES: Final = resources.files(__package__ or "")
_STYLE: Final = (_FILES / "docs.css").read_bytes()
_ICON: Final = (_FILES / "icon.svg").read_bytes()
#: Nothing but our own style sheet: no script, no frame, no other host.
_HEADERS: Final = {
    "content-security-policy": "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "vary": "accept-language",
}
_CACHE: Final = {"cache-control": "public, max-age=300"}


def docs_routes(
    dialects: Iterable[Dialect], made: Mapping[str, Callable[[str], dict[str, Any]]] = MappingProxyType({})
) -> tuple[Route, ...]:
    """The routes of the viewer: ``/docs``, ``/docs/style.css``, and ``/docs/<door>`` with its ``openapi.yaml``.
    ``made``: documents that are no file, by name, each for a base address; they have a page only."""
    shown = [d for d in dialects if d.openapi is not None]
    routes = [Route("GET", "/docs", _index(shown)), Route("GET", "/docs/style.css", _style)]
    routes.append(Route("GET", "/docs/icon.svg", _icon))
    for dialect in shown:
        routes.append(Route("GET", f"/docs/{dialect.name}", _manual(dialect)))
        routes.append(Route("GET", f"/docs/{dialect.name}/openapi.yaml", _document(dialect)))
    routes += [Route("GET", f"/docs/{name}", _made(name, document)) for name, document in made.items()]
    return tuple(routes)


def language_of(ctx: RequestContext) -> str:
    """``?lang=`` first, else the browser's first known language, else Bahasa Indonesia."""
    wanted = ctx.query.get("lang", "")
    accepted = [part.split(";")[0].strip()[:2].lower() for part in ctx.headers.get("accept-language", "").split(",")]
    return next((language for language in (wanted, *accepted) if language in ("id", "en")), "id")


def _index(dialects: list[Dialect]) -> Endpoint:
    async def page(ctx: RequestContext) -> Response:
        return Response(index_page(dialects, language_of(ctx)), headers=_HEADERS, media_type="text/html")

    return page


def _made(name: str, document: Callable[[str], dict[str, Any]]) -> Endpoint:
    async def page(ctx: RequestContext) -> Response:
        shown = manual(document(ctx.base_url), ctx.base_url)
        return Response(manual_page(name, shown, language_of(ctx)), headers=_HEADERS, media_type="text/html")

    return page


def _manual(dialect: Dialect) -> Endpoint:
    document: dict[str, Any] = {}

    async def page(ctx: RequestContext) -> Response:
        if not document:
            document.update(yaml.load(_text(dialect), Loader=yaml.CSafeLoader))
        text = manual_page(dialect.name, manual(document, ctx.base_url), language_of(ctx))
        return Response(text, headers=_HEADERS, media_type="text/html")

    return page


def _document(dialect: Dialect) -> Endpoint:
    async def page(ctx: RequestContext) -> Response:
        return Response(
            _text(dialect), headers=_CACHE | {"x-content-type-options": "nosniff"}, media_type="application/yaml"
        )

    return page


async def _style(ctx: RequestContext) -> Response:
    return Response(_STYLE, headers=_CACHE | {"x-content-type-options": "nosniff"}, media_type="text/css")


async def _icon(ctx: RequestContext) -> Response:
    return Response(_ICON, headers=_CACHE | {"x-content-type-options": "nosniff"}, media_type="image/svg+xml")


def _text(dialect: Dialect) -> str:
    assert dialect.openapi is not None
    return dialect.openapi.read_text(encoding="utf-8")
