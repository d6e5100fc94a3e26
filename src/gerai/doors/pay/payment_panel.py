"""How to pay with the chosen method: number, QR or address, the exact amount, steps and the time left."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from gerai.domain import money
from gerai.domain.records import Deposit, OrderView, Payment
from gerai.doors.pay import choices, qr
from gerai.doors.pay.instructions import StoredInstructions, instructions_of
from gerai.doors.pay.links import payer_address, web_address
from gerai.doors.pay.model import Deadline, PageContext, PaymentPanel
from gerai.doors.pay.names import shown
from gerai.doors.pay.words import Words, clock
from gerai.ports.how_to_pay import va_steps
from gerai.ports.va_places import PayPlace, va_places

#: What is farther away is told in days and hours: nobody counts its seconds. The script knows it, too.
_DAY_S: Final = 86_400


def payment_panel(view: OrderView, payment: Payment, context: PageContext, now: datetime, words: Words) -> PaymentPanel:
    """How to make the payment under way of an order."""
    panel = panel_of(payment, payment.asked_sen, view.order.secret, context, words)
    # The page's own deadline is shown above, and said once.
    until = None if payment.expires_at == view.order.expires_at else deadline(payment.expires_at, now, words)
    return replace(panel, until=until, changeable=True)


def panel_of(
    paid_by: Payment | Deposit, amount_sen: int, secret: str, context: PageContext, words: Words
) -> PaymentPanel:
    """How to pay ``amount_sen``, on a page that ``secret`` opens, as it was stored."""
    stored, amount = instructions_of(paid_by), money.display(amount_sen)
    title = choices.full_title(context, paid_by.method, paid_by.channel_code, words)
    provider = choices.provider_title(context, paid_by.method, paid_by.channel_code, words)
    named = "bill" if stored.company_code else paid_by.method
    return PaymentPanel(
        kind=stored.kind,
        icon=choices.icon_of(paid_by.method, stored.kind),
        heading=words.of_method("pay.heading", paid_by.method, method=title, provider=provider),
        go=words.of_method("pay.go", paid_by.method, method=provider, provider=provider),
        amount=amount,
        amount_plain=money.digits(amount_sen),
        company_code=stored.company_code,
        code=stored.asked_code,
        code_groups=grouped(stored.asked_code),
        code_label=words.of_method("pay.code", named),
        code_copy=words.of_method("pay.copy_code", named),
        holder=shown(stored.holder),
        nmid=stored.nmid,
        qr=qr.svg(stored.qr_text, words("pay.qr_alt", amount=amount)),
        typed=stored.amount_typed,
        unique=money.display(paid_by.matching_sen) if paid_by.matching_sen > 0 else "",
        url=_elsewhere(stored, secret, context),
        steps=() if words.language in stored.places else tuple(stored.steps.get(words.language, ())),
        places=_places(paid_by, stored, words),
        confirm=simulated_step(paid_by, secret, context),
    )


def _places(paid_by: Payment | Deposit, stored: StoredInstructions, words: Words) -> tuple[PayPlace, ...]:
    """The steps place by place: as a gateway tells them, or ours of a virtual account; what a gateway says of its
    number without naming places stands."""
    if theirs := stored.places.get(words.language):
        return tuple(theirs)
    channel, ours = paid_by.channel_code, stored.steps.get(words.language)
    if paid_by.method != "va" or ours != va_steps(channel, stored.code)[words.language]:
        return ()
    return va_places(channel, stored.code, words.language)


def deadline(at: datetime | None, now: datetime, words: Words) -> Deadline | None:
    """A moment to come with the seconds left until it, or None when there is none or it has passed."""
    if at is None or at <= now:
        return None
    seconds = int((at - now).total_seconds())
    left = clock(seconds) if seconds < _DAY_S else _in_days(seconds, words)
    return Deadline(at.isoformat(), words.long_time(at), seconds, left)


def _in_days(seconds: int, words: Words) -> str:
    """``2 days 23 hours``; whole days alone."""
    days, hours = divmod(seconds // 3_600, 24)
    parts = ((days, "day" if days == 1 else "days"), (hours, "hour" if hours == 1 else "hours"))
    return " ".join(words(f"order.etd.{unit}", span=number) for number, unit in parts if number)


def grouped(code: str) -> tuple[str, ...]:
    """A long number in groups of four, as people read it aloud; anything else whole."""
    if not code.isdigit() or len(code) < 8:
        return (code,) if code else ()
    return tuple(code[i : i + 4] for i in range(0, len(code), 4))


def simulated_step(paid_by: Payment | Deposit, secret: str, context: PageContext) -> bool:
    """Whether the payer confirms on a page of ours: a redirect of a simulated method, which has none of its own.
    ``secret`` opens the page."""
    stored = instructions_of(paid_by)
    return context.simulated and stored.kind == "redirect" and not _elsewhere(stored, secret, context)


def _elsewhere(stored: StoredInstructions, secret: str, context: PageContext) -> str:
    """Where the payer is sent, empty when nowhere but here. A gateway's own address may name our page as the way back:
    a wallet's app is given it."""
    if stored.at_gateway:
        return payer_address(stored.url)
    url = web_address(stored.url)
    return "" if _leads_back(url, secret, context) else url


def _leads_back(url: str, secret: str, context: PageContext) -> bool:
    """Whether an instruction's address is a page of this order, under whichever host name it was stored. Nobody but us
    has pages for a simulated payment."""
    path = urlsplit(url).path
    return secret in url or path == urlsplit(context.here).path or (context.simulated and path.startswith("/payment/"))
