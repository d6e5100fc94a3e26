"""Every address of the console, and how somebody comes there: signed in, with a password of their own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Final
from urllib.parse import quote

import structlog
from starlette.responses import Response

from gerai.domain.refusals import NotFound, RateLimited, Refusal
from gerai.doors.console import (
    account,
    acting,
    answers,
    bulk,
    entering,
    files,
    importing,
    looking,
    order_form_page,
    start_shop,
)
from gerai.doors.console.article_preview import preview_page
from gerai.doors.console.counters import Counters
from gerai.doors.console.draw import ASSETS, DIGEST
from gerai.doors.console.home_page import HomePage
from gerai.doors.console.live import LiveDesk
from gerai.doors.console.order_pages import OrderPages
from gerai.doors.console.proof_file import proof_file
from gerai.doors.console.reports_page import ReportPages
from gerai.doors.console.slips import slips_page
from gerai.doors.console.start_keys import StartKeys
from gerai.doors.console.start_pages import StartPages, start_page
from gerai.doors.console.start_try import StartTry
from gerai.doors.console.who import AtDesk, Visitor, desk_of, shops_of, token_of, visitor_of
from gerai.doors.console.wrong import wrong_page
from gerai.doors.http.assets import FOR_GOOD
from gerai.doors.http.browser import SAFETY
from gerai.doors.http.context import RequestContext
from gerai.doors.http.door import Dialect, Endpoint, Route
from gerai.doors.http.errors import status_on_a_page
from gerai.doors.http.turns import READS
from gerai.engine.desk.export import MEDIA_TYPES
from gerai.engine.desk.first_shop import is_paid, is_selling
from gerai.engine.desk.house import House, Within
from gerai.engine.directory_entries import token_digest
from gerai.engine.outage import refusal_behind
from gerai.kit.clock import unix_s

log = structlog.get_logger("gerai.console")
Open = Callable[[RequestContext, House], Awaitable[Response]]
Signed = Callable[[RequestContext, House, Visitor], Awaitable[Response]]
Desk = Callable[[RequestContext, AtDesk], Awaitable[Response]]
_LOOKS: Final = ("GET", "HEAD")
_SHOP: Final = "/console/{shop}/{environment}"


def routes(house: House, dialects: Iterable[Dialect]) -> tuple[Route, ...]:
    """All routes; those without parts come first, and pages of their own before those made from the registry."""
    dialects = tuple(dialects)
    counters = Counters(dialects)
    orders, reports = OrderPages(counters), ReportPages(counters)
    start = StartPages(StartTry(counters, dialects), StartKeys(counters))
    order_form, live = order_form_page.OrderFormPage(counters), LiveDesk(house)

    def opened(page: Open) -> Endpoint:
        return _guarded(lambda ctx: page(ctx, house))

    def signed(page: Signed, *, changed: bool = True) -> Endpoint:
        return _guarded(lambda ctx: _signed(ctx, house, page, changed=changed))

    def desk(page: Desk) -> Endpoint:
        async def at_desk(ctx: RequestContext, house: House, visitor: Visitor) -> Response:
            there = desk_of(ctx, house, visitor, live.place)
            if ctx.method not in _LOOKS:
                return await _within(ctx, there, page)
            async with READS.one(there.merchant.merchant_id):
                return await _within(ctx, there, page)

        return signed(at_desk)

    return (
        Route("GET", "/console", signed(_first)),
        *_account_routes(opened, signed),
        Route("GET", "/console/start", signed(start_shop.shop_page)),
        Route("POST", "/console/start", signed(start_shop.shop_sent)),
        Route("GET", "/console/static/{digest}/{name}", _asset),
        Route("GET", _SHOP, desk(HomePage(counters).page)),
        Route("GET", f"{_SHOP}/live", opened(live.page)),
        Route("GET", f"{_SHOP}/more", desk(looking.more_page)),
        Route("GET", f"{_SHOP}/start", desk(start_page)),
        Route("GET", f"{_SHOP}/start/{{step}}", desk(start.page)),
        Route("POST", f"{_SHOP}/start/{{step}}", desk(start.sent)),
        Route("GET", f"{_SHOP}/orders", desk(orders.list_page)),
        Route("GET", f"{_SHOP}/orders/print", desk(slips_page)),
        Route("GET", f"{_SHOP}/orders/{{id}}", desk(orders.show_page)),
        Route("GET", f"{_SHOP}/reports", desk(reports.page)),
        *(Route("GET", f"{_SHOP}/reports/{{report}}.{kind}", desk(reports.file(kind))) for kind in MEDIA_TYPES),
        Route("GET", f"{_SHOP}/reports/{{report}}.pdf", desk(reports.paper)),
        Route("GET", f"{_SHOP}/reports/{{report}}", desk(reports.page)),
        Route("GET", f"{_SHOP}/books", desk(reports.page)),
        Route("GET", f"{_SHOP}/books/check", desk(reports.page)),
        Route("GET", f"{_SHOP}/do/{order_form_page.ACT}", desk(order_form.page)),
        Route("POST", f"{_SHOP}/do/{order_form_page.ACT}", desk(order_form.sent)),
        *_registry_routes(desk),
    )


def _registry_routes(desk: Callable[[Desk], Endpoint]) -> tuple[Route, ...]:
    """Acts, lists and single things, as the registry has them; at last whatever is no page of a shop."""
    return (
        Route("GET", f"{_SHOP}/do/{{act}}", desk(acting.act_page)),
        Route("POST", f"{_SHOP}/do/{{act}}", desk(acting.act_sent)),
        Route("GET", f"{_SHOP}/bulk", desk(bulk.bulk_page)),
        Route("POST", f"{_SHOP}/bulk", desk(bulk.bulk_sent)),
        *(Route("GET", f"{_SHOP}/{{things}}.{kind}", desk(files.list_file(kind))) for kind in MEDIA_TYPES),
        Route("GET", f"{_SHOP}/{{things}}", desk(looking.list_page)),
        *(
            Route("GET", f"{_SHOP}/{{things}}/import.{kind}", desk(importing.template_file(kind)))
            for kind in MEDIA_TYPES
        ),
        Route("GET", f"{_SHOP}/{{things}}/import", desk(importing.import_page)),
        Route("POST", f"{_SHOP}/{{things}}/import", desk(importing.import_sent)),
        Route("GET", f"{_SHOP}/{{things}}/{{id}}", desk(looking.show_page)),
        Route("GET", f"{_SHOP}/proofs/{{id}}/file", desk(proof_file)),
        Route("GET", f"{_SHOP}/articles/{{id}}/preview", desk(preview_page)),
        Route("GET", f"{_SHOP}/{{rest:path}}", desk(_nowhere)),
    )


def _account_routes(opened: Callable[[Open], Endpoint], signed: Callable[..., Endpoint]) -> tuple[Route, ...]:
    """Who somebody is, and how they prove it."""
    return (
        Route("GET", "/console/sign-in", opened(entering.sign_in_page)),
        Route("POST", "/console/sign-in", opened(entering.sign_in_sent)),
        Route("POST", "/console/sign-out", signed(entering.sign_out_sent, changed=False)),
        Route("GET", "/console/join/{secret}", opened(entering.join_page)),
        Route("POST", "/console/join/{secret}", opened(entering.join_sent)),
        Route("GET", "/console/account", signed(account.account_page, changed=False)),
        Route("POST", "/console/account/password", signed(account.password_sent, changed=False)),
        Route("POST", "/console/account/codes", signed(account.codes_sent)),
        Route("POST", "/console/account/codes/off", signed(account.codes_off_sent)),
        Route("POST", "/console/account/sessions", signed(account.session_sent)),
    )


def _guarded(page: Endpoint) -> Endpoint:
    """A page whose refusals are pages in the reader's language. What broke is the door's to log."""

    async def answer(ctx: RequestContext) -> Response:
        try:
            return await page(ctx)
        except Exception as error:
            refusal = refusal_behind(error)
            if refusal is None:
                raise
            return _refused(ctx, refusal)

    return answer


async def _within(ctx: RequestContext, desk: AtDesk, page: Desk) -> Response:
    """A page of this shop, whose refusals are pages of it, too."""
    try:
        return await page(ctx, desk)
    except Exception as error:
        refusal = refusal_behind(error)
        if refusal is None:
            raise
        return _with_wait(wrong_page(ctx, desk, _status_of(ctx, refusal)), refusal)


def _refused(ctx: RequestContext, refusal: Refusal) -> Response:
    status = _status_of(ctx, refusal)
    page = answers.page(ctx, "error.html", status, code=status, request_id=ctx.request_id)
    return _with_wait(page, refusal)


def _status_of(ctx: RequestContext, refusal: Refusal) -> int:
    """The status of its page; the log has it, too."""
    status = status_on_a_page(refusal)
    log.info("console.refused", request_id=ctx.request_id, code=refusal.code, status=status)
    return status


def _with_wait(response: Response, refusal: Refusal) -> Response:
    """When it may be tried again, where it is too much for now."""
    if isinstance(refusal, RateLimited):
        response.headers["retry-after"] = str(refusal.retry_after_s)
    return response


async def _nowhere(ctx: RequestContext, desk: AtDesk) -> Response:
    """Refuses NotFound."""
    raise NotFound("page", ctx.path)


async def _signed(ctx: RequestContext, house: House, page: Signed, *, changed: bool) -> Response:
    """The page for whoever is signed in; else the way in, and back here. ``changed``: whoever still has a one-time
    password is sent to choose another first. Refuses RateLimited."""
    # By the session first, before anything is read for it; without one nothing is.
    if token := token_of(ctx):
        _count(ctx, f"session:{token_digest(token).hex()}")
    visitor = await visitor_of(ctx, house)
    if visitor is None:
        wanted = f"?next={quote(ctx.path)}" if ctx.method == "GET" and ctx.path != "/console" else ""
        return answers.see(f"/console/sign-in{wanted}")
    _count(ctx, f"person:{visitor.who.person.person_id}")
    if changed and visitor.who.person.must_change:
        return answers.see("/console/account")
    return await page(ctx, house, visitor)


def _count(ctx: RequestContext, who: str) -> None:
    limit = ctx.services.settings.pages.console_per_minute
    ctx.services.limiter.hit(who, "console", limit, unix_s())


async def _first(ctx: RequestContext, house: House, visitor: Visitor) -> Response:
    """The person's shop, at its first steps while it has nothing; a choice of several; the first one to be opened."""
    shops = shops_of(house, visitor)
    if len(shops) == 1:
        within = Within(house, shops[0].merchant_id, "production")
        new = visitor.who.role_in(shops[0].merchant_id) == "owner" and not is_paid(within) and not is_selling(within)
        return answers.see(f"/console/{shops[0].code}/production{'/start' if new else ''}")
    if not shops and start_shop.may_open(visitor):
        return answers.see("/console/start")
    may_open = start_shop.may_open(visitor)
    return answers.page(ctx, "shops.html", visitor=visitor, shops=shops, may_open=may_open)


async def _asset(ctx: RequestContext) -> Response:
    found = ASSETS.get(ctx.path_params["name"])
    if found is None or ctx.path_params["digest"] != DIGEST:
        return answers.page(ctx, "error.html", 404, code=404, request_id="")
    return Response(found.content, 200, SAFETY | FOR_GOOD, media_type=found.media_type)
