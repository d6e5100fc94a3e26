"""What a door is, and the ASGI app made of one: routes in, the door's own envelope out, whatever happens."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import msgspec
import structlog
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match, Router
from starlette.routing import Route as StarletteRoute
from starlette.types import Receive, Scope, Send

from gerai.domain.refusals import Broken, Kind, MethodNotAllowed, PathUnknown, RateLimited, Refusal
from gerai.doors.http.context import AppServices, RequestContext
from gerai.doors.http.demo import Demo
from gerai.doors.http.describe import Blurb, DepositCode, KeyScheme
from gerai.doors.http.errors import ErrorTable, refusal_headers
from gerai.doors.http.headers import RequestHeaders, complete
from gerai.doors.http.limits import Verdict
from gerai.doors.http.page_details import ReadPageDetails, no_page_details
from gerai.doors.http.request_body import RequestBody
from gerai.doors.http.request_metrics import RouteMetrics
from gerai.engine.catalogue.store_methods import StoreMethods
from gerai.engine.desk.sample_orders import MakeSample
from gerai.engine.directory import Part
from gerai.engine.outage import refusal_behind
from gerai.engine.webhooks.contract import WebhookContract
from gerai.kit.ids import quick_uuid

log = structlog.get_logger("gerai.door")
# Decimals leave as numbers, digit by digit; as texts they would be another type to clients.
_encode = msgspec.json.Encoder(decimal_format="number").encode

Endpoint = Callable[[RequestContext], Awaitable[Response]]


@dataclass(frozen=True)
class Route:
    """``path`` may hold ``{name}`` and ``{name:path}`` parts, found again in ``ctx.path_params``."""

    method: str
    path: str
    endpoint: Endpoint


@dataclass(frozen=True)
class Dialect:
    """One door: everything the rest of Gerai knows of it (docs/how-to/add-a-dialect.md). ``name`` is its folder's, the
    channel of its orders, and the ``door`` of logs and metrics.

    Requests: ``prefixes`` are the paths it owns (whole segments); ``refuse`` puts a refusal into its envelope, after
    its table ``errors`` (None: pages); ``request_id`` makes ids in the door's own form; ``unknown`` serves paths
    without a route, where that takes more than ``refuse``; ``later``: paths of the contract that are not served yet,
    where another route's ``{part}`` would take them; ``secret_paths``: addresses open what they name, and stay out of
    the log.
    People: ``blurb`` and ``openapi``, the contract shown at ``/docs``.
    Keys: ``keys``, None for a door without. ``demo``: its part of the demo shop. ``sample``: the request that a seller
    tries it with, where such a one can be made.
    Engine: ``parts`` of the directory that it reads; ``webhooks``: its outgoing webhooks, where the contract has some;
    ``merchant_settings``: a struct of what a merchant may choose for this dialect (gerai.merchant_settings);
    ``deposit_code``: the form of its deposits' codes, where the contract has one; ``store_methods``: its words for how
    a store is paid, where it sells for stores.
    Pages: ``page_details``, what the hosted page shows of its orders beside the engine's columns; ``page_paths``, the
    addresses it hands out beside ``/i/{secret}``: with ``{secret}`` in the path, or with ``{code}`` and the secret in
    ``?t=``; ``link_codes``, the form of the codes in ``/payment/<code>``, where its orders have such short links.
    Terminal: ``cash_labels``, the labels of its orders whose courier takes the money, where it has such.
    """

    name: str
    title: str
    prefixes: tuple[str, ...]
    routes: tuple[Route, ...]
    refuse: Callable[[Refusal, str], Response]
    openapi: Path | None = None
    blurb: Blurb | None = None
    keys: KeyScheme | None = None
    demo: Demo | None = None
    sample: MakeSample | None = None
    parts: tuple[Part[Any], ...] = ()
    merchant_settings: type[msgspec.Struct] | None = None
    webhooks: WebhookContract | None = None
    deposit_code: DepositCode | None = None
    store_methods: StoreMethods | None = None
    page_details: ReadPageDetails = no_page_details
    page_paths: tuple[str, ...] = ()
    link_codes: re.Pattern[str] | None = None
    cash_labels: tuple[tuple[str, str], ...] = ()
    errors: ErrorTable[Any] | None = None
    request_id: Callable[[], str] = quick_uuid
    unknown: Endpoint | None = None
    later: frozenset[str] = frozenset()
    secret_paths: bool = False


def reply(payload: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A JSON answer, compact, UTF-8."""
    return Response(_encode(payload), status, headers, media_type="application/json")


class Door:
    """The ASGI app of one dialect."""

    def __init__(self, dialect: Dialect, services: AppServices) -> None:
        self.dialect = dialect
        self._metrics = services.metrics
        self._bodies = services.bodies
        self._nowhere = services.metrics.route(dialect.name)
        handlers = [
            (r, _Handler(r.endpoint, dialect, services, services.metrics.route(dialect.name, r.method, r.path)))
            for r in dialect.routes
        ]
        #: Most requests name a path without parts: found at once, without trying one pattern after the other.
        self._fixed = {(route.method, route.path): handler for route, handler in handlers if "{" not in route.path}
        #: A path without parts has the methods it was given, whatever a route with parts would take there.
        self._methods: dict[str, set[str]] = {}
        for method, path in self._fixed:
            self._methods.setdefault(path, set()).update({method, "HEAD"} if method == "GET" else {method})
        self._router = Router(
            [StarletteRoute(route.path, handler, methods=[route.method]) for route, handler in handlers],
            # One slash at the end is dropped instead (__call__): many API clients follow no redirects.
            redirect_slashes=False,
            default=_Handler(dialect.unknown, dialect, services, self._nowhere)
            if dialect.unknown is not None
            else self._path_unknown,
        )

    @property
    def fixed_paths(self) -> tuple[str, ...]:
        """The paths of routes without parts."""
        return tuple(self._methods)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["app"] = self
        path: str = scope["path"]
        if len(path) > 1 and path.endswith("/"):
            path = scope["path"] = path[:-1]
        fixed = self._fixed.get((scope["method"], path))
        if fixed is not None:
            await fixed(scope, receive, send)
            return
        if path in self.dialect.later:
            await self._path_unknown(scope, receive, send)
            return
        if scope["method"] not in self._methods.get(path, {scope["method"]}):
            await self._other_method(scope, receive, send)
            return
        try:
            await self._router(scope, receive, send)
        except HTTPException:
            # Starlette's router says 405 this way; everything else is answered by the handlers.
            await self._other_method(scope, receive, send)

    async def _other_method(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A path that exists, asked with a method it has not: 405, but OPTIONS gets the list of methods."""
        allowed = self._allowed(scope)
        if scope["method"] == "OPTIONS":
            response = Response(None, 204, {"allow": ", ".join(allowed)})
            complete(response, self.dialect.request_id())
            await response(scope, receive, send)
        else:
            await self.refuse(MethodNotAllowed(scope["method"], allowed), scope, receive, send)

    def _allowed(self, scope: Scope) -> tuple[str, ...]:
        if scope["path"] in self._methods:
            return tuple(sorted({"OPTIONS", *self._methods[scope["path"]]}))
        routes = [r for r in self._router.routes if isinstance(r, StarletteRoute)]
        matching = [r for r in routes if r.matches(scope)[0] is not Match.NONE]
        return tuple(sorted({"OPTIONS"}.union(*(r.methods or () for r in matching))))

    async def _path_unknown(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.refuse(PathUnknown(scope["path"]), scope, receive, send)

    async def refuse(self, refusal: Refusal, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the refusal of a request that no endpoint sees."""
        began, request_id = perf_counter(), self.dialect.request_id()
        response = refused(self.dialect, refusal, request_id)
        complete(response, request_id)
        self._metrics.refused(self.dialect.name, refusal.code)
        self._nowhere.answered(response.status_code, perf_counter() - began)
        await response(scope, receive, send)
        await RequestBody(receive, RequestHeaders(scope["headers"]), self._bodies).drain()


class _Handler:
    """An endpoint as an ASGI app: refusals are priced, failures are logged under their request id and then priced."""

    def __init__(self, endpoint: Endpoint, dialect: Dialect, services: AppServices, counts: RouteMetrics) -> None:
        self._endpoint = endpoint
        self._dialect = dialect
        self._services = services
        self._route = counts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = perf_counter()
        ctx = RequestContext(self._services, scope, receive, self._dialect.request_id())
        try:
            response = await self._endpoint(ctx)
        except Exception as error:
            response = self._refused(error, ctx)
        if ctx.rate is not None:
            response.headers["x-ratelimit-limit"] = str(ctx.rate.limit)
            response.headers["x-ratelimit-remaining"] = str(ctx.rate.remaining)
            response.headers["x-ratelimit-reset"] = str(ctx.rate.reset_at_s)
        complete(response, ctx.request_id)
        if self._services.settings.http.access_log:
            log.info("request.done", door=self._dialect.name, request_id=ctx.request_id, method=ctx.method,
                     path=self._path(ctx), status=response.status_code)  # fmt: skip
        # Before it is sent: how long a client takes to read is not our time.
        self._route.answered(response.status_code, perf_counter() - began)
        await response(scope, receive, send)
        await ctx.drain()

    def _refused(self, error: Exception, ctx: RequestContext) -> Response:
        """A refusal in the door's words. A database that cannot for now is busy; what broke stays in the log, and the
        caller gets the id alone."""
        refusal = refusal_behind(error)
        if refusal is None:
            log.exception("request.broken", door=self._dialect.name, request_id=ctx.request_id, path=self._path(ctx))
            self._services.metrics.refused(self._dialect.name, Broken.code)
            return self._dialect.refuse(Broken(ctx.request_id), ctx.request_id)
        if isinstance(refusal, RateLimited):
            # The limit that is used up; one that was counted before it had room.
            ctx.rate = Verdict(refusal.limit, 0, refusal.reset_at_s)
        self._services.metrics.refused(self._dialect.name, refusal.code)
        return refused(self._dialect, refusal, ctx.request_id)

    def _path(self, ctx: RequestContext) -> str:
        """For the log. A page's address is its key, so it is not written down."""
        return "" if self._dialect.secret_paths else ctx.path


def refused(dialect: Dialect, refusal: Refusal, request_id: str) -> Response:
    """Log a refusal under its request id and put it into the door's envelope, with the headers that say more of it."""
    level = "error" if refusal.kind is Kind.INTERNAL else "info"
    facts = refusal.facts()
    log.log({"error": 40, "info": 20}[level], "request.refused", door=dialect.name, request_id=request_id,
            code=refusal.code, facts=facts)  # fmt: skip
    response = dialect.refuse(refusal, request_id)
    for name, value in refusal_headers(refusal).items():
        response.headers[name] = value
    return response
