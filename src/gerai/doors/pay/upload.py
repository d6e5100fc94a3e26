"""*I have transferred*: a payer shows a picture or a PDF of it. That books nothing; the seller looks at it."""

from __future__ import annotations

import asyncio
import hashlib
from typing import Final

from starlette.responses import Response

from gerai.domain.records import OrderView, Payment
from gerai.domain.refusals import BodyTooLarge, BodyUnreadable, PermissionMissing
from gerai.doors.http.browser import from_our_own_page
from gerai.doors.http.context import RequestContext
from gerai.doors.http.multipart import parts_of
from gerai.doors.http.uploads import UploadPlaces
from gerai.doors.pay import actions, answers, page_state
from gerai.doors.pay.proofs import provable_payment
from gerai.doors.pay.resolve import ResolvedOrder
from gerai.engine.proofs import LARGEST_BYTES, ReceiveProof, kind_of
from gerai.kit.hosts import origin_of

#: The form's field.
_FIELD: Final = "proof"
#: What a browser puts around the file.
_AROUND_BYTES: Final = 16 * 1024
#: Of payers' proofs. Many payers may share an address.
_RECEIVING: Final = UploadPlaces(16, {"merchant": 8, "address": 4, "page": 3}, 2)


async def send(ctx: RequestContext, opened: ResolvedOrder) -> Response:
    """Keep the file of a form (field ``proof``) and show the page again. BodyTooLarge, BodyUnreadable, Busy,
    PermissionMissing, RateLimited."""
    if not from_our_own_page(ctx):
        raise PermissionMissing("same_origin")
    page = actions.page_of(opened)
    actions.count_act(ctx, page)
    # Before a place is taken: most pages take no file, and whoever sends one there must not keep others from theirs.
    if await _provable(ctx, opened, opened.view) is None:
        return answers.see(opened.address, "changed")
    merchant = str(opened.view.order.merchant_id)
    with _RECEIVING.one(page=page, merchant=merchant, address=origin_of(ctx.client_address)):
        body = await ctx.file_body(LARGEST_BYTES + _AROUND_BYTES)
        content = await asyncio.to_thread(_file_in, ctx.headers.get("content-type", ""), body)
        del body
        if not content:
            return answers.see(opened.address, "proof_missing")
        if (kind := kind_of(content)) is None:
            return answers.see(opened.address, "proof_kind")
        # As it is now: it took a while to arrive.
        view = await ctx.services.engine.orders.as_now(opened.view.order)
        if (payment := await _provable(ctx, opened, view)) is None:
            return answers.see(opened.address, "changed")
        command = ReceiveProof(
            merchant_id=payment.merchant_id,
            environment=payment.environment,
            order_id=payment.order_id,
            payment_id=payment.payment_id,
            proof_id=ctx.services.engine.ids.next(),
            kind=kind,
            digest=await asyncio.to_thread(_sha256, content),
            content=content,
        )
        return answers.see(opened.address, await actions.submitted(ctx, command))


async def _provable(ctx: RequestContext, opened: ResolvedOrder, view: OrderView) -> Payment | None:
    order, now = view.order, opened.now(ctx)
    happened = await ctx.services.engine.events.of_orders(order.merchant_id, [order.order_id])
    return provable_payment(view, page_state.page_state_of(view, opened.details, now), happened, now)


def _sha256(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


def _file_in(content_type: str, body: bytes) -> bytes:
    """The file of a form; empty when none was chosen. BodyUnreadable: no form, or more than one file. BodyTooLarge."""
    files = [part for part in parts_of(content_type, body) if part.is_file or part.name == _FIELD]
    if len(files) > 1 or any(part.name != _FIELD or not part.is_file for part in files):
        raise BodyUnreadable("form")
    content = files[0].content if files else b""
    if len(content) > LARGEST_BYTES:
        raise BodyTooLarge(LARGEST_BYTES)
    return content
