"""Where services outside tell that money came in: one address for each sender, ``/in/<merchant>/<token>``.

A notice is kept as it came and answered at once; the worker reads it. Whoever does not know an address, or does not
prove that they know its secret, finds nothing there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Final

import structlog
from starlette.responses import Response

from gerai.domain.records import NoticeSource
from gerai.domain.refusals import (
    Busy,
    Kind,
    NotFound,
    Refusal,
)
from gerai.doors.http.context import RequestContext
from gerai.doors.http.door import Dialect, Route, reply
from gerai.doors.http.errors import STATUS_BY_CLASS, STATUS_BY_KIND, ErrorTable, always
from gerai.engine.arrivals.take import PRODUCTION
from gerai.engine.notices.keep import KeepNotice
from gerai.engine.notices.sources import SOURCES, source_at
from gerai.kit.clock import unix_s
from gerai.kit.secret_box import SecretBox, SecretBoxError

log = structlog.get_logger("gerai.notices")
PREFIX: Final = "/in"
#: Of one source, in a minute: a leaked address must not fill the disk.
_PER_MINUTE: Final = 600
#: A merchant's id is a number of 64 bits.
_LONGEST_ID: Final = 19

#: Whoever does not prove to know the address finds nothing there.
_HIDDEN: Final = dict.fromkeys((Kind.NOT_AUTHENTICATED, Kind.NOT_ALLOWED), 404)
ERRORS: Final = ErrorTable[int](
    by_class={refusal: always(status) for refusal, status in STATUS_BY_CLASS.items()},
    by_kind={kind: always(status) for kind, status in {**STATUS_BY_KIND, **_HIDDEN}.items()},
)


def refuse(refusal: Refusal, request_id: str) -> Response:
    """The status, and a word that says no more than the status."""
    return reply({"success": False, "message": refusal.code, "request_id": request_id}, ERRORS.find(refusal))


async def receive(ctx: RequestContext) -> Response:
    """Keep a notice. NotFound: no such address, or no proof; what :meth:`RequestContext.body` refuses; RateLimited;
    Busy."""
    engine, services = ctx.services.engine, ctx.services
    merchant = ctx.path_params["merchant"]
    if not merchant.isascii() or not merchant.isdigit() or len(merchant) > _LONGEST_ID:
        raise NotFound("address", "")
    source = source_at(engine, int(merchant), ctx.path_params["token"])
    body = await ctx.body()
    answer = await _genuine(ctx, source, body)
    if answer is None:
        log.warning("notice.not_genuine", request_id=ctx.request_id, merchant_id=source.merchant_id,
                    source_id=source.source_id)  # fmt: skip
        raise NotFound("address", "")
    ctx.rate = services.limiter.hit(f"source:{source.source_id}", "notices", _PER_MINUTE, unix_s(), 60)
    kept = KeepNotice(
        merchant_id=source.merchant_id, environment=PRODUCTION, notice_id=engine.ids.next(),
        source_id=source.source_id, digest=hashlib.sha256(body).digest(), body=body,
    )  # fmt: skip
    notice = (await engine.submit(kept)).answer
    log.info("notice.received", request_id=ctx.request_id, merchant_id=source.merchant_id, notice_id=notice.notice_id,
             form=source.form)  # fmt: skip
    return reply({**answer})


async def _genuine(ctx: RequestContext, source: NoticeSource, body: bytes) -> Mapping[str, object] | None:
    """What its sender expects as an answer; None: it proves nothing. Busy: its proof cannot be looked at."""
    form = ctx.services.partners.notice_forms.get(source.form)
    if form is not None:
        right = form.genuine(ctx.headers, body, _opened(ctx, source.secret_sealed))
        return form.answer if right else None
    gateways = ctx.services.gateways
    found = gateways.usable(await gateways.stored_at(source))
    if found is None:
        # It is ours to repair, and may be genuine: the sender tries again later.
        log.error("notice.contract_unusable", request_id=ctx.request_id, merchant_id=source.merchant_id,
                  source_id=source.source_id)  # fmt: skip
        raise Busy()
    gateway, contract = found
    return gateway.answer if gateway.genuine(lambda name: ctx.headers.get(name, ""), body, contract) else None


async def nowhere(ctx: RequestContext) -> Response:
    """Any other address. It may be a mistyped secret one, so that it stays out of the log."""
    raise NotFound("address", "")


def _opened(ctx: RequestContext, sealed: bytes) -> str:
    if not sealed:
        return ""
    try:
        return SecretBox(ctx.services.settings.webhooks.seal_key).open(sealed)
    except SecretBoxError as error:
        # It is ours to repair: the sender tries again later.
        log.error("notice.secret_sealed", request_id=ctx.request_id, error=str(error))
        raise Busy() from error


NOTICES: Final = Dialect(
    name="notices",
    title="Money notices",
    prefixes=(PREFIX,),
    routes=(Route("POST", PREFIX + "/{merchant}/{token}", receive),),
    refuse=refuse,
    unknown=nowhere,
    parts=(SOURCES,),
    errors=ERRORS,
    secret_paths=True,
)
