"""An order as a page: pure, from the order's view, its events, the time and the language."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from gerai.domain import money
from gerai.domain.records import OrderView, Payment
from gerai.doors.http.page_details import PageDetails, ShippingDetails
from gerai.doors.pay import choices, page_state, qr
from gerai.doors.pay.instructions import instructions_of
from gerai.doors.pay.links import downloads, web_address
from gerai.doors.pay.model import Deadline, LineRow, PageContext, PaymentPanel, PayPage, Play, SumRow
from gerai.doors.pay.parcel import parcel
from gerai.doors.pay.timeline import moments
from gerai.doors.pay.words import Words, clock
from gerai.engine.orders.find import EventEntry

#: A deadline three days away or more is told in days.
_COUNT_FROM_S: Final = 72 * 3_600


def present(
    view: OrderView,
    events: Sequence[EventEntry],
    surroundings: PageContext,
    now: datetime,
    words: Words,
    notice: str = "",
) -> PayPage:
    """The page of ``view`` at ``now``. ``notice`` is a text key suffix (``changed``) to tell once, or empty.

    A private page (payment link with a guessable code) carries no lines, people, history or downloads.
    """
    order, details, shown = view.order, surroundings.details, not surroundings.private
    stands = page_state.page_state_of(view, details, now)
    groups = choices.groups(surroundings, view, words) if stands is page_state.CHOOSE else ()
    look = page_state.NO_METHOD if stands is page_state.CHOOSE and not groups else stands
    merchant, amount = surroundings.merchant_name, money.display(_amount(view, look, now))
    open_to_pay = look in (page_state.CHOOSE, page_state.PAY)
    payment = page_state.running_payment(view, now) if look is page_state.PAY else None
    digital = details.digital if shown and look in (page_state.DONE, page_state.PAID) else None
    return PayPage(
        version=version(view, stands),
        look=look,
        private=surroundings.private,
        environment=order.environment,
        simulated=surroundings.simulated,
        merchant=merchant,
        number=order.number if shown else "",
        placed_at=words("order.placed_at", when=words.long_time(order.created_at)) if shown else "",
        badge=words(f"badge.{look.name}"),
        headline=words(f"headline.{look.name}"),
        message=words(f"message.{look.name}", merchant=merchant, amount=amount),
        notice=words(f"notice.{notice}") if notice else _failed_before(view, look, words),
        amount_label=words(_amount_label(view, look)),
        amount=amount,
        deadline=deadline(order.expires_at, now, words) if open_to_pay else None,
        groups=groups,
        desk=None if payment is None else _desk(view, payment, surroundings, now, words),
        parcel=parcel(view, details, events, look, words) if shown else None,
        lines=tuple(_line(view, words)) if shown else (),
        sums=tuple(_sums(view, details, words)) if shown else (),
        people=tuple(_people(view, details, words)) if shown else (),
        note=details.note if shown else "",
        digital_title="" if digital is None else digital.title,
        downloads=() if digital is None else downloads(digital),
        timeline=moments(view, events, surroundings, words) if shown else (),
        play=_play(view, look) if surroundings.simulated or order.environment == "sandbox" else None,
    )


def version(view: OrderView, look: page_state.PageState) -> str:
    """A short text that changes whenever the page would look different; it tells the live page to draw itself anew."""
    order = view.order
    parts = [look.name, order.status, order.updated_at.isoformat(), str(order.charged_sen), str(order.refunded_sen)]
    parts += [view.invoice.status if view.invoice else "", view.fulfilment.status if view.fulfilment else ""]
    parts += [f"{p.payment_id}:{p.status}" for p in view.payments]
    if view.shipment is not None:
        parts += [view.shipment.status, view.shipment.updated_at.isoformat()]
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:16]


def deadline(at: datetime | None, now: datetime, words: Words) -> Deadline | None:
    """A moment to come with the seconds left until it, or None when there is none or it has passed."""
    if at is None or at <= now:
        return None
    seconds = int((at - now).total_seconds())
    ticks = seconds < _COUNT_FROM_S
    left = clock(seconds) if ticks else words("deadline.days", days=seconds // 86_400)
    return Deadline(at.isoformat(), words.long_time(at), seconds, left, ticks)


def _amount(view: OrderView, look: page_state.PageState, now: datetime) -> int:
    """What the big figure says: with an extra fee for the payer when the chosen method takes one."""
    payment = page_state.running_payment(view, now) or next((p for p in view.payments if p.status == "completed"), None)
    if payment is not None and look in (page_state.PAY, page_state.PAID, page_state.DONE):
        return payment.amount_sen + payment.fee_sen
    return view.order.total_sen


def _amount_label(view: OrderView, look: page_state.PageState) -> str:
    if look in (page_state.CHOOSE, page_state.NO_METHOD, page_state.PAY):
        return "amount.due"
    if look in (page_state.COD, page_state.SHIPPED_COD):
        return "amount.cod"
    if look in (page_state.SHIPPED, page_state.STUCK, page_state.RETURNING):
        return "amount.paid" if view.order.charged_sen else "amount.total"
    return "amount.paid" if look in (page_state.PAID, page_state.DONE, page_state.LATE) else "amount.total"


def _failed_before(view: OrderView, look: page_state.PageState, words: Words) -> str:
    """Tells that the last attempt failed, while another one can still be made."""
    if look is not page_state.CHOOSE or not view.payments or view.payments[-1].status != "failed":
        return ""
    return words("notice.payment_failed")


def _desk(view: OrderView, payment: Payment, surroundings: PageContext, now: datetime, words: Words) -> PaymentPanel:
    stored = instructions_of(payment)
    url, amount = web_address(stored.url), money.display(payment.amount_sen + payment.fee_sen)
    return PaymentPanel(
        kind=stored.kind,
        title=choices.full_title(surroundings, payment.method, payment.channel_code, words),
        amount=amount,
        amount_plain=money.digits(payment.amount_sen + payment.fee_sen),
        code=stored.code,
        code_groups=grouped(stored.code),
        qr=qr.svg(stored.qr_text, words("pay.qr_alt", amount=amount)),
        url="" if _leads_back(url, view, surroundings) else url,
        steps=tuple(stored.steps.get(words.language, ())),
        # Said once: the page's own deadline is shown above.
        until=None if payment.expires_at == view.order.expires_at else deadline(payment.expires_at, now, words),
    )


def _leads_back(url: str, view: OrderView, surroundings: PageContext) -> bool:
    """Whether an instruction's address is a page of this same order: simulated methods have no page of their own."""
    return view.order.secret in url or url.partition("?")[0] == surroundings.here.partition("?")[0]


def grouped(code: str) -> tuple[str, ...]:
    """A long number in groups of four, as people read it aloud; anything else whole."""
    if not code.isdigit() or len(code) < 8:
        return (code,) if code else ()
    return tuple(code[i : i + 4] for i in range(0, len(code), 4))


def _line(view: OrderView, words: Words) -> list[LineRow]:
    return [
        LineRow(
            name=line.name,
            quantity_text=words("order.each", quantity=line.quantity, price=money.display(line.unit_price_sen)),
            total=money.display(line.total_sen),
        )
        for line in view.lines
    ]


def _sums(view: OrderView, details: PageDetails, words: Words) -> list[SumRow]:
    """Subtotal, shipping, discounts and what else separates the lines from the total; then what was given back."""
    order, rows, subtotal = view.order, list[SumRow](), sum(line.total_sen for line in view.lines)
    shipping, taken = details.shipping, [discount for discount in details.discounts if discount.amount_sen > 0]
    cost_sen = 0 if shipping is None else shipping.cost_sen
    fee = next((p.fee_sen for p in reversed(view.payments) if p.status in ("processing", "completed")), 0)
    if shipping is not None:
        title = shipping.title
        label = words("order.shipping_named", title=title) if title else words("order.shipping")
        rows.append(SumRow(label, money.display(cost_sen)))
    rows += [SumRow(d.title or words("order.discount"), f"−{money.display(d.amount_sen)}") for d in taken]
    rest = order.total_sen - order.rounding_sen - (subtotal + cost_sen - sum(d.amount_sen for d in taken))
    if rest and view.lines:
        rows.append(SumRow(words("order.other" if rest > 0 else "order.discount"), _signed(rest)))
    if order.rounding_sen:
        rows.append(SumRow(words("order.rounding"), _signed(order.rounding_sen)))
    if fee > 0:
        rows.append(SumRow(words("order.fee"), money.display(fee)))
    if rows:
        rows.insert(0, SumRow(words("order.subtotal"), money.display(subtotal)))
    rows.append(SumRow(words("order.total"), money.display(order.total_sen + fee), strong=True))
    if order.funding == "hold" and order.charged_sen:
        rows.append(SumRow(words("order.charged"), money.display(order.charged_sen)))
    if order.refunded_sen:
        rows.append(SumRow(words("order.refunded"), money.display(order.refunded_sen)))
    return rows


def _signed(sen: int) -> str:
    return money.display(sen) if sen >= 0 else f"−{money.display(-sen)}"


def _people(view: OrderView, details: PageDetails, words: Words) -> list[SumRow]:
    """Who ordered and where it goes, one row each, parts on lines of their own."""
    contact, shipping = view.order.contact, details.shipping or ShippingDetails()
    who = [contact.name, contact.email, contact.mobile]
    if not any(who) and view.member is not None:
        # Nobody was named with the order: it belongs to the member whose key placed it.
        who = [view.member.name, view.member.email, view.member.mobile]
    where = [shipping.address, words("order.etd", etd=shipping.etd) if shipping.etd else ""]
    rows = [(words("order.customer"), who), (words("order.ship_to"), where)]
    return [SumRow(label, "\n".join(filter(None, parts))) for label, parts in rows if any(parts)]


def _play(view: OrderView, look: page_state.PageState) -> Play | None:
    """Paying is possible while the order waits; failing needs a payment; paying late needs one that ran out."""
    if look in (page_state.CHOOSE, page_state.PAY):
        return Play(pay=True, fail=look is page_state.PAY, late=False)
    if look is page_state.EXPIRED and any(p.status in ("processing", "expired") for p in view.payments):
        return Play(pay=False, fail=False, late=True)
    return None
