"""*I have transferred*: a payer shows a picture or a PDF of it. That books nothing; the seller looks at it."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from typing import Final, NamedTuple, TypeVar

from starlette.responses import Response

from gerai.domain.records import Deposit, OrderView, Payment, PaymentProof
from gerai.domain.refusals import BodyTooLarge, BodyUnreadable, PermissionMissing
from gerai.doors.http.browser import from_our_own_page
from gerai.doors.http.context import RequestContext
from gerai.doors.http.multipart import parts_of
from gerai.doors.http.uploads import UploadPlaces
from gerai.doors.pay import actions, answers, page_state
from gerai.doors.pay.proofs import provable_payment
from gerai.doors.pay.resolve import ResolvedOrder
from gerai.engine.command import Command
from gerai.engine.proofs import LARGEST_BYTES, ProofKind, ReceiveProof, kind_of
from gerai.kit.hosts import origin_of

Paid = TypeVar("Paid", Payment, Deposit)
#: The form's field.
_FIELD: Final = "proof"
#: What a browser puts around the file.
_AROUND_BYTES: Final = 16 * 1024
#: Of payers' proofs. Many payers may share an address.
_RECEIVING: Final = UploadPlaces(16, {"merchant": 8, "address": 4, "page": 3}, 2)


class SentFile(NamedTuple):
    """A file that was sent as a proof, by the fields of the command that keeps it."""

    proof_id: int
    kind: ProofKind
    digest: bytes
    content: bytes


async def send(ctx: RequestContext, opened: ResolvedOrder) -> Response:
    """Keep the file of a form (field ``proof``) and show the page again. Refuses as :func:`received`."""
    order, orders = opened.view.order, ctx.services.engine.orders

    async def still() -> Payment | None:
        return await _provable(ctx, opened, await orders.as_now(order))

    def command(file: SentFile, payment: Payment) -> ReceiveProof:
        ids = {"merchant_id": payment.merchant_id, "order_id": payment.order_id, "payment_id": payment.payment_id}
        return ReceiveProof(**ids, environment=payment.environment, **file._asdict())

    page = actions.page_of(opened)
    return answers.see(opened.address, await received(ctx, page, order.merchant_id, still, command))


async def received(
    ctx: RequestContext,
    page: str,
    merchant_id: int,
    still: Callable[[], Awaitable[Paid | None]],
    command: Callable[[SentFile, Paid], Command[PaymentProof]],
) -> str:
    """Take the file of a form and hand in the ``command`` that keeps it for what it shows, as long as that is ``still``
    waited for. Empty when it was done, else the notice why not. ``page``: what acts on it are counted under.
    BodyTooLarge, BodyUnreadable, Busy, PermissionMissing, RateLimited."""
    if not from_our_own_page(ctx):
        raise PermissionMissing("same_origin")
    actions.count_act(ctx, page)
    # Before a place is taken: most pages take no file, and whoever sends one there must not keep others from theirs.
    if await still() is None:
        return "changed"
    with _RECEIVING.one(page=page, merchant=str(merchant_id), address=origin_of(ctx.client_address)):
        body = await ctx.file_body(LARGEST_BYTES + _AROUND_BYTES)
        content = await asyncio.to_thread(_file_in, ctx.headers.get("content-type", ""), body)
        del body
        if not content:
            return "proof_missing"
        if (kind := kind_of(content)) is None:
            return "proof_kind"
        # As it is now: it took a while to arrive.
        if (paid := await still()) is None:
            return "changed"
        digest = await asyncio.to_thread(_sha256, content)
        file = SentFile(ctx.services.engine.ids.next(), kind, digest, content)
        return await actions.submitted(ctx, command(file, paid))


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
