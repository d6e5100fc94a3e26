"""One request, as every endpoint sees it: bounded body, key, limits, clock, ids."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from starlette.datastructures import QueryParams
from starlette.types import Receive
from starlette.types import Scope as AsgiScope

from gerai.domain.filters import Scope
from gerai.domain.refusals import NotAuthenticated
from gerai.doors.http.body import Plain, PlainBody, parse_json
from gerai.doors.http.headers import RequestHeaders
from gerai.doors.http.hosts import TrustedProxies
from gerai.doors.http.limits import RateLimiter, Verdict
from gerai.doors.http.request_body import BodyLimits, RequestBody
from gerai.doors.http.request_metrics import RequestMetrics
from gerai.engine.core import Engine
from gerai.engine.directory_entries import KeyFacts
from gerai.engine.gateways.desk import GatewayDesk
from gerai.kit.clock import real_now, unix_s
from gerai.kit.hosts import host_of, origin_of
from gerai.ports.fulfilment import FulfilmentProvider
from gerai.ports.notices import NoticeForm
from gerai.ports.payments import PaymentMethod
from gerai.settings import Settings


class Partners(Protocol):
    """The partners as app.py found them; doors know only their ports."""

    @property
    def payment_methods(self) -> dict[str, PaymentMethod]: ...
    @property
    def fulfilment(self) -> dict[str, FulfilmentProvider]: ...
    @property
    def notice_forms(self) -> dict[str, NoticeForm]: ...
    def lookup(self, name: str, *, simulated: bool) -> Any:
        """The lookup of this name, or its simulator. What it is asked is between it and the dialect that names it."""
        ...


@dataclass(frozen=True)
class AppServices:
    """What every door may lean on."""

    engine: Engine
    limiter: RateLimiter
    settings: Settings
    partners: Partners
    gateways: GatewayDesk
    metrics: RequestMetrics = field(default_factory=RequestMetrics)
    proxies: TrustedProxies = field(default_factory=TrustedProxies)
    #: Of the settings.
    bodies: BodyLimits = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "bodies", BodyLimits(self.settings.http))


class RequestContext:
    """The request. ``caller`` is the key after :meth:`authenticate`; ``rate`` the figures of the last limit counted."""

    __slots__ = (
        "_asgi",
        "_body",
        "_caller",
        "_incoming",
        "_query",
        "headers",
        "path_params",
        "rate",
        "request_id",
        "services",
    )

    def __init__(self, services: AppServices, scope: AsgiScope, receive: Receive, request_id: str) -> None:
        self.services = services
        self._asgi = scope
        self.request_id = request_id
        self.headers = RequestHeaders(scope["headers"])
        self.path_params: dict[str, str] = scope.get("path_params", {})
        self.rate: Verdict | None = None
        self._incoming = RequestBody(receive, self.headers, services.bodies)
        self._body: bytes | None = None
        self._query: QueryParams | None = None
        self._caller: KeyFacts | None = None

    # --- the request line ------------------------------------------------------------------

    @property
    def method(self) -> str:
        return self._asgi["method"]

    @property
    def path(self) -> str:
        return self._asgi["path"]

    @property
    def query(self) -> QueryParams:
        if self._query is None:
            # Parsed when it is asked for: most requests of the hot path have none.
            self._query = QueryParams(self._asgi["query_string"])
        return self._query

    @property
    def base_url(self) -> str:
        """What links begin with: the setting, never the request's own Host."""
        return self.services.settings.base_url

    @property
    def host(self) -> str:
        """The host that was asked, one of ours, in lower case; empty: the request names none. No link begins with
        it."""
        return host_of(self.headers.get("host") or "")

    @property
    def address(self) -> str:
        """What the client asked, one of ours, as links would begin there: the setting where it is that."""
        host, own = self.headers.get("host") or "", self.base_url.partition("://")[2]
        return self.base_url if host in ("", own) else f"{self._asgi['scheme']}://{host}"

    @property
    def client_address(self) -> str:
        """Who sent this, seen through the proxies that are trusted."""
        return self.services.proxies.client(self._asgi)

    # --- the body --------------------------------------------------------------------------

    async def body(self) -> bytes:
        """The whole body, unpacked. BodyTooLarge, BodyIncomplete, EncodingUnsupported, BodyUnreadable."""
        if self._body is None:
            self._body = await self._incoming.read()
        return self._body

    async def file_body(self, limit_bytes: int) -> bytes:
        """The whole body of a route that takes a file, up to this limit instead of the general one. Refuses as
        :meth:`body`."""
        return await self._incoming.read_file(limit_bytes)

    async def drain(self) -> None:
        """After the answer: take in, within bounds, what of the body nobody has read."""
        await self._incoming.drain()

    async def json(self, *, exact: bool = False) -> Any:
        """The JSON body, strictly read. ``exact``: fractions as Decimal. Refuses what :meth:`body` refuses."""
        return parse_json(await self.body(), self.services.settings.http.json_depth_limit, exact=exact)

    async def json_or(self, plain: PlainBody[Plain]) -> Plain | Any:
        """The JSON body in one step where it is ``plain``, as nearly all are; else as :meth:`json` reads it."""
        decoded = plain.read(await self.body())
        return await self.json() if decoded is None else decoded

    # --- who asks --------------------------------------------------------------------------

    def bearer(self) -> str | None:
        """The token of ``Authorization: Bearer …``; None when the header is absent or of another kind."""
        return self.headers.bearer()

    def authenticate(self, token: str | None, dialect: str) -> KeyFacts:
        """Accept the key for this dialect. NotAuthenticated: missing | unknown | revoked | expired."""
        if not token:
            raise NotAuthenticated("missing")
        key = self.services.engine.directory.find_key(token)
        # A key of another door is as unknown here as an invented one: any difference would reveal which keys exist.
        if key is None or key.dialect != dialect:
            raise NotAuthenticated("unknown")
        if key.revoked_at is not None:
            raise NotAuthenticated("revoked")
        # Real time: a key's life does not depend on the sandbox's test clock.
        if key.expires_at is not None and key.expires_at <= real_now():
            raise NotAuthenticated("expired")
        self._caller = key
        return key

    @property
    def caller(self) -> KeyFacts:
        """The key that asks; NotAuthenticated before :meth:`authenticate`."""
        if self._caller is None:
            raise NotAuthenticated("missing")
        return self._caller

    @property
    def scope(self) -> Scope:
        """What the caller may see; NotAuthenticated before :meth:`authenticate`."""
        return self.caller.scope

    @property
    def now(self) -> datetime:
        """The time on the caller's clock: the merchant's test clock in the sandbox."""
        if self._caller is None:
            return real_now()
        return self._caller.merchant.now(self._caller.environment)

    def limit(self, bucket: str, default: int, window_s: int = 60, *, shown: bool = False) -> None:
        """Count this request against the caller's limit for ``bucket`` (its client address when there is no key).

        A key's own figure wins over ``default``; a key with no limits is never refused, and counted only where the
        figures are ``shown`` to it all the same. RateLimited.
        """
        limit = default
        if self._caller is None:
            who = self._address
        elif self._caller.limits is None:
            if shown:
                who = f"key:{self._caller.key_id}"
                self.rate = self.services.limiter.figures(who, bucket, default, unix_s(), window_s)
            return
        else:
            limit = self._caller.limits.get(bucket, default)
            who = f"key:{self._caller.key_id}"
        self.rate = self.services.limiter.hit(who, bucket, limit, unix_s(), window_s)

    def guess(self, bucket: str, limit: int) -> Callable[[], None]:
        """Count a guess from one address before it is judged. RateLimited when too many were wrong or are being judged;
        what is returned takes this one back, as it was right."""
        return self.services.limiter.guess(self._address, bucket, limit, unix_s())

    @property
    def _address(self) -> str:
        # An IPv6 client has a whole /64 to choose from: single addresses would count nothing.
        return f"address:{origin_of(self.client_address)}"
