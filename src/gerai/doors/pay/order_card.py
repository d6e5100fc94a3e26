"""The order on its page: what was ordered, how the lines become the total, and whom it is for."""

from __future__ import annotations

import re
from typing import Final

from gerai.domain import money
from gerai.domain.records import OrderView
from gerai.doors.http.page_details import PageDetails, ShippingDetails
from gerai.doors.pay.model import LineRow, SumRow
from gerai.doors.pay.money_state import MoneyState
from gerai.doors.pay.names import shown
from gerai.doors.pay.words import Words

#: How the counters word an estimate: a number or a range, and the unit.
_SPAN: Final = re.compile(r"(?P<span>(?P<least>\d+)(?:\s*[-–]\s*(?P<most>\d+))?)\s+(?P<unit>hari|jam)", re.IGNORECASE)


def lines(view: OrderView, words: Words) -> list[LineRow]:
    return [
        LineRow(
            name=shown(line.name) or words("order.item"),
            quantity_text=words("order.each", quantity=line.quantity, price=money.display(line.unit_price_sen)),
            total=money.display(line.total_sen),
        )
        for line in view.lines
    ]


def sums(view: OrderView, details: PageDetails, went: MoneyState, words: Words) -> list[SumRow]:
    """Subtotal, shipping, discounts and what else separates the lines from the total; then what was given back
    (``went``: what became of the money)."""
    order, rows, subtotal = view.order, list[SumRow](), sum(line.total_sen for line in view.lines)
    shipping, taken = details.shipping, [discount for discount in details.discounts if discount.amount_sen > 0]
    cost_sen = 0 if shipping is None else shipping.cost_sen
    counts = ("processing", "completed", "refunded")
    payment = next((p for p in reversed(view.payments) if p.status in counts), None)
    fee, matching = (0, 0) if payment is None else (payment.fee_sen, payment.matching_sen)
    if shipping is not None:
        title = shown(shipping.title)
        label = words("order.shipping_named", title=title) if title else words("order.shipping")
        rows.append(SumRow(label, money.display(cost_sen)))
    rows += [SumRow(shown(d.title) or words("order.discount"), f"−{money.display(d.amount_sen)}") for d in taken]
    rest = order.total_sen - order.rounding_sen - (subtotal + cost_sen - sum(d.amount_sen for d in taken))
    if rest and view.lines:
        rows.append(SumRow(words("order.other" if rest > 0 else "order.discount"), _signed(rest)))
    if order.rounding_sen:
        rows.append(SumRow(words("order.rounding"), _signed(order.rounding_sen)))
    if fee > 0:
        rows.append(SumRow(words("order.fee"), money.display(fee)))
    if payment is not None and matching:
        label = "order.surplus" if payment.asked_instead_sen else "deposit.matching"
        rows.append(SumRow(words(label), _signed(matching)))
    if rows:
        rows.insert(0, SumRow(words("order.subtotal"), money.display(subtotal)))
    rows.append(SumRow(words("order.total"), money.display(order.total_sen + fee + matching), strong=True))
    if order.funding == "hold":
        moved = (("order.charged", order.charged_sen), ("order.released", order.refunded_sen))
    else:
        moved = (("order.refunded", went.returned_sen - went.owed_sen), ("order.refund_owed", went.owed_sen))
    taken_off = "−" if went.back_sen else ""
    return rows + [SumRow(words(label), f"{taken_off}{money.display(sen)}") for label, sen in moved if sen]


def people(view: OrderView, details: PageDetails, words: Words, *, over: bool) -> list[SumRow]:
    """Whom it is for, who ordered and where it goes, one row each, parts on lines of their own. ``over``: nothing is on
    its way any more, so that no arrival is estimated.

    Only what came with the order: what is known of its member may have changed since, and is nobody else's business.
    """
    rows = [(fact.label.in_language(words.language), [shown(fact.value)]) for fact in details.facts]
    contact, shipping = view.order.contact, details.shipping or ShippingDetails()
    who = [shown(part) for part in (contact.name, contact.email, contact.mobile)]
    etd = arrival(shown(shipping.etd), words)
    where = [shown(shipping.address), words("order.etd", etd=etd) if etd and not over else ""]
    rows += [(words("order.customer"), who), (words("order.ship_to"), where)]
    return [SumRow(label, "\n".join(filter(None, parts))) for label, parts in rows if any(parts)]


def arrival(etd: str, words: Words) -> str:
    """A courier's estimate in the page's language: ``2-3 hari`` becomes ``2-3 days``. Wording of any other form is the
    courier's own and stays."""
    match = _SPAN.fullmatch(etd)
    if match is None:
        return etd
    unit = {"hari": "day", "jam": "hour"}[match["unit"].lower()]
    one = match["least"] == "1" and match["most"] in (None, "1")
    return words(f"order.etd.{unit}{'' if one else 's'}", span=match["span"])


def _signed(sen: int) -> str:
    return money.display(sen) if sen >= 0 else f"−{money.display(-sen)}"
