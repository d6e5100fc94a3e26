"""The invoice or the receipt of an order: pure, from what its page shows and the payments behind that."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from gerai.domain import money as amounts
from gerai.domain.payment_status import CAME
from gerai.domain.records import OrderView, Payment, ShopLogo
from gerai.doors.http.paper.texts import printed, settable
from gerai.doors.pay import choices, page_state
from gerai.doors.pay.model import PageContext, PayPage, SumRow
from gerai.doors.pay.money_state import MoneyState, money_of
from gerai.doors.pay.names import shown
from gerai.doors.pay.paper.instructions import instructions
from gerai.doors.pay.paper.kind import cash_is_due
from gerai.doors.pay.paper.model import Paper, PaperLine, PaperPayment, PaperShop
from gerai.doors.pay.paper.refunds import refunds
from gerai.doors.pay.present import present
from gerai.doors.pay.words import Words
from gerai.engine.orders.find import EventEntry

#: Headings of columns and parts: the key on the paper, and the text.
_HEADINGS: Final = {
    "item": "order.item",
    "quantity": "order.quantity",
    "price": "order.price",
    "total": "order.total",
    "payments": "paper.payments",
    "refunds": "paper.refunds",
    "at": "paper.at",
    "how": "deposit.method",
    "reference": "paper.reference",
    "amount": "confirm.amount",
    "to": "paper.to",
    "company": "pay.company",
    "holder": "pay.holder",
    "exact": "pay.amount",
    "steps": "pay.steps",
    "note": "order.note",
    "complaint": "shop.complaint",
    "page": "paper.page",
    "of": "paper.of",
}
_IN_A_NAME: Final = re.compile(r"[^A-Za-z0-9]+")
_LONGEST_NUMBER: Final = 60
#: A longer one is no number of a bank but a digest of its line.
_LONGEST_REFERENCE: Final = 40


def paper_of(
    view: OrderView, events: Sequence[EventEntry], context: PageContext, now: datetime, words: Words
) -> Paper | None:
    """The paper of ``view`` at ``now``; None when there is none (``paper_kind``)."""
    page, money = present(view, events, context, now, words), money_of(view, events)
    if not page.paper:
        return None
    shop = context.shop
    return Paper(
        language=words.language,
        title=words(f"paper.{page.paper}"),
        status=words(f"paper.status.{_status(view, context, page, money)}"),
        play=_play(page, words),
        shop=PaperShop(
            printed(page.merchant) or words("page.shop"),
            shop.address,
            shop.contact.text if shop.contact else "",
            shop.complaint.text if shop.complaint else "",
        ),
        number=page.number,
        facts=tuple(_facts(view, page, words)),
        people=page.people,
        amount_label=page.amount_label,
        amount=page.amount,
        remainder=page.remainder,
        sentences=(*((f"{words('page.reason')} {page.reason}",) if page.reason else ()), *page.money),
        lines=_lines(view, page, words),
        sums=page.sums,
        payments=_payments(view, events, context, money, words) if page.paper == "receipt" else (),
        refunds=tuple(refunds(events, words)) if page.paper == "receipt" else (),
        instructions=instructions(view, page, words) if page.paper == "invoice" else None,
        note=page.note,
        foot=words("paper.foot", when=words.long_time(now), merchant=page.merchant),
        words={name: words(key) for name, key in _HEADINGS.items()},
    )


def source_of(paper: Paper, logo: str = "") -> bytes:
    """The paper in UTF-8, ready to be set: a line of JSON, then the shop's ``logo`` as a drawing (:func:`drawing`). The
    same bytes for the same paper."""
    return msgspec.json.encode(settable(msgspec.to_builtins(paper))) + b"\n" + logo.encode()


def drawing(logo: ShopLogo, content: bytes) -> str:
    """A shop's logo in an SVG of ours, on one line: as text it can be handed to who sets the paper."""
    size = f'width="{logo.width}" height="{logo.height}"'
    data = f"data:{logo.kind};base64,{b64encode(content).decode()}"
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}><image {size} href="{data}"/></svg>'


def file_name(paper: Paper) -> str:
    """What the file is called: ASCII letters, digits and hyphens, whatever the order's number holds."""
    parts = (paper.title.lower(), paper.number[:_LONGEST_NUMBER])
    return "-".join(filter(None, (_IN_A_NAME.sub("-", part).strip("-") for part in parts))) + ".pdf"


def _play(page: PayPage, words: Words) -> str:
    """That no real money is meant."""
    if page.environment == "sandbox":
        return words("page.sandbox")
    return words("page.simulated") if page.simulated else ""


def _status(view: OrderView, context: PageContext, page: PayPage, money: MoneyState) -> str:
    """How its payment stands, in one word."""
    if page.paper == "invoice":
        if page.state is page_state.PROOF:
            return "proof"
        return "cod" if cash_is_due(view, context.details, page.state, money) else "unpaid"
    if money.all_returned:
        return "refund_owed" if money.owed_sen else "refunded"
    if money.back_sen:
        return "part_refunded"
    if money.waiting_sen and not money.kept_sen:
        return "mismatch" if money.asked_instead_sen else "late"
    return "paid"


def _facts(view: OrderView, page: PayPage, words: Words) -> list[SumRow]:
    """Its number, the order's day, until when it is to be paid or when it was, and where the order stands."""
    paid_at = max((p.completed_at for p in view.payments if p.status in CAME and p.completed_at), default=None)
    rows = [
        SumRow(words("order.number"), page.number),
        SumRow(words("paper.placed"), words.long_time(view.order.created_at)),
    ]
    if page.paper == "invoice":
        return rows + ([SumRow(words("deadline.label"), page.deadline.text)] if page.deadline else [])
    if paid_at is not None:
        rows.append(SumRow(words("paper.paid_at"), words.long_time(paid_at)))
    return [*rows, SumRow(words("paper.order_status"), page.badge)]


def _lines(view: OrderView, page: PayPage, words: Words) -> tuple[PaperLine, ...]:
    return tuple(
        PaperLine(
            printed(row.name) or words("order.item"),
            str(line.quantity),
            amounts.display(line.unit_price_sen),
            amounts.display(line.total_sen),
        )
        for line, row in zip(view.lines, page.lines, strict=True)
    )


def _payments(
    view: OrderView, events: Sequence[EventEntry], context: PageContext, money: MoneyState, words: Words
) -> tuple[PaperPayment, ...]:
    """What came, the oldest first. A reservation is charged without a payment: by the event that ended its order."""
    if view.order.funding == "hold":
        ended = [e.at for e in events if e.facts.get("status") in ("completed", "partial")]
        at = words.long_time(ended[-1]) if ended else ""
        charged = amounts.display(money.charged_sen)
        return (PaperPayment(at, words("method.wallet"), "", charged),) if money.charged_sen else ()
    return tuple(
        PaperPayment(
            at=words.long_time(payment.completed_at) if payment.completed_at else "",
            how=choices.full_title(context, payment.method, payment.channel_code, words),
            reference=_reference(payment, events),
            amount=amounts.display(payment.asked_sen),
        )
        for payment in view.payments
        if payment.status in CAME
    )


def _reference(payment: Payment, events: Sequence[EventEntry]) -> str:
    """The bank's, as the person who saw the money typed it; else the one the payment was made with; else its own."""
    seen = [e for e in events if e.name == "payment.confirmed" and e.facts.get("payment") == payment.public_id]
    of_bank = shown(str(seen[-1].facts.get("reference") or "")) if seen else ""
    return of_bank if 0 < len(of_bank) <= _LONGEST_REFERENCE else shown(payment.reference) or payment.public_id
