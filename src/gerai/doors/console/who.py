"""Who is at the browser: the session of its cookie, and the mark that every form of ours carries."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from starlette.responses import Response

from gerai.domain.permissions import Permission
from gerai.domain.records import Environment
from gerai.domain.refusals import BodyUnreadable, NotFound, PermissionMissing
from gerai.doors.http.browser import form_lists, from_our_own_page
from gerai.doors.http.context import RequestContext
from gerai.doors.http.language import cookie_of
from gerai.doors.http.multipart import parts_of
from gerai.engine.acting import Actor
from gerai.engine.desk.house import House, Within
from gerai.engine.desk.registry import DeskCaller
from gerai.engine.directory_entries import MerchantFacts
from gerai.engine.merchants.open import ENVIRONMENTS
from gerai.engine.people.sign_in import SignedIn, whose

_COOKIE: Final = "gerai_desk"
#: The browser sends it to this host alone, and only over TLS.
_SECURE_COOKIE: Final = "__Host-gerai_desk"
_MOST_FIELDS: Final = 200
#: Sent where a live page fetches itself (static/live.js).
_BY_ITSELF: Final = "gerai-live"
#: What a browser puts around a file.
_AROUND_BYTES: Final = 16 * 1024


@dataclass(frozen=True)
class Visitor:
    """Somebody who is signed in. ``token`` is the session's, which the cookie holds."""

    who: SignedIn
    token: str

    @property
    def mark(self) -> str:
        """What a form of this session carries: another site can neither read nor make it."""
        return hmac.new(self.token.encode(), b"form", hashlib.sha256).hexdigest()

    async def form(self, ctx: RequestContext, most_fields: int = _MOST_FIELDS) -> dict[str, list[str]]:
        """The fields of a form of ours. Refuses PermissionMissing: it is none of this session's."""
        fields = await form_lists(ctx, most_fields)
        self._require_mark(fields.pop("mark", [""])[-1])
        return fields

    async def form_with_file(self, ctx: RequestContext, limit_bytes: int) -> tuple[dict[str, str], bytes]:
        """The fields of a form of ours, and the file in it; empty: none was chosen. Refuses as :meth:`form`,
        BodyTooLarge, BodyUnreadable."""
        if not from_our_own_page(ctx):
            raise PermissionMissing("same_origin")
        body = await ctx.file_body(limit_bytes + _AROUND_BYTES)
        parts = await asyncio.to_thread(parts_of, ctx.headers.get("content-type", ""), body)
        try:
            fields = {part.name: part.content.decode() for part in parts if not part.is_file}
        except UnicodeDecodeError:
            raise BodyUnreadable("form") from None
        self._require_mark(fields.pop("mark", ""))
        return fields, b"".join(part.content for part in parts if part.is_file)

    def _require_mark(self, sent: str) -> None:
        if not hmac.compare_digest(sent.encode("utf-8", "surrogatepass"), self.mark.encode()):
            raise PermissionMissing("form")

    def caller(self, merchant_id: int, ctx: RequestContext, shops: Iterable[MerchantFacts] = ()) -> DeskCaller:
        """The person at the desk of this shop. ``shops``: all that they may look at."""
        person, permissions = self.who.person, self.who.permissions_in(merchant_id)
        actor = Actor("person", str(person.person_id), person.name)
        return DeskCaller(actor, permissions, ctx.request_id, frozenset(one.merchant_id for one in shops))


@dataclass(frozen=True)
class AtDesk:
    """Somebody at the desk of one shop, in one environment. ``place``: up to which event all that is read now is known
    (``engine/desk/feed.py``); None: nobody knows."""

    visitor: Visitor
    merchant: MerchantFacts
    within: Within
    caller: DeskCaller
    place: int | None = None

    @property
    def base(self) -> str:
        """Where this desk's pages are."""
        return f"/console/{self.merchant.code}/{self.within.environment}"

    def may(self, permission: Permission) -> bool:
        """Whether the person may."""
        return permission in self.caller.permissions


async def visitor_of(ctx: RequestContext, house: House, *, used: bool = True) -> Visitor | None:
    """Who is signed in at this browser; None: nobody. ``used``: somebody is there, for whom the session lasts."""
    token = token_of(ctx)
    used = used and ctx.headers.get(_BY_ITSELF) is None
    found = await whose(house.engine, token, used=used) if token else None
    return None if found is None else Visitor(found, token)


def token_of(ctx: RequestContext) -> str:
    """The token of a session that the browser names; empty: none."""
    return cookie_of(ctx, _SECURE_COOKIE if _is_secure(ctx) else _COOKIE) or ""


def desk_of(ctx: RequestContext, house: House, visitor: Visitor, place: int | None = None) -> AtDesk:
    """The desk that the address names; ``place`` as :class:`AtDesk` has it. Refuses NotFound: there is none, or it is
    none of this person's."""
    code, named = ctx.path_params["shop"], ctx.path_params["environment"]
    environment: Environment | None = next((one for one in ENVIRONMENTS if one == named), None)
    shops = shops_of(house, visitor)
    shop = next((one for one in shops if one.code == code), None)
    if shop is None or environment is None:
        raise NotFound("shop", code)
    within = Within(house, shop.merchant_id, environment)
    return AtDesk(visitor, shop, within, visitor.caller(shop.merchant_id, ctx, shops), place)


def shops_of(house: House, visitor: Visitor) -> list[MerchantFacts]:
    """The shops that the person has a role in."""
    return [m for m in house.engine.directory.merchants() if visitor.who.role_in(m.merchant_id) is not None]


def remember(ctx: RequestContext, response: Response, token: str) -> None:
    """Give the browser its session."""
    secure = _is_secure(ctx)
    response.set_cookie(
        _SECURE_COOKIE if secure else _COOKIE, token, path="/", secure=secure, httponly=True, samesite="strict"
    )


def forget(ctx: RequestContext, response: Response) -> None:
    """Take it away."""
    secure = _is_secure(ctx)
    name = _SECURE_COOKIE if secure else _COOKIE
    response.delete_cookie(name, path="/", secure=secure, httponly=True, samesite="strict")


def last_of(fields: Mapping[str, list[str]], name: str) -> str:
    """The last value of a field; empty where there is none."""
    values: Any = fields.get(name) or [""]
    return values[-1]


def _is_secure(ctx: RequestContext) -> bool:
    return ctx.base_url.startswith("https://")
