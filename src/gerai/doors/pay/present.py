"""An order as a page: pure, from the order's view, its events, the time and the language."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from gerai.domain import money as amounts
from gerai.domain.records import OrderView, Payment
from gerai.doors.pay import choices, ending, money_texts, order_card, page_state, proofs
from gerai.doors.pay.goods import Handed
from gerai.doors.pay.links import downloads
from gerai.doors.pay.model import MethodGroup, PageContext, PayPage, Play
from gerai.doors.pay.money_state import MoneyState, money_of
from gerai.doors.pay.names import shown
from gerai.doors.pay.paper.kind import paper_kind
from gerai.doors.pay.parcel import parcel
from gerai.doors.pay.payment_panel import deadline, payment_panel
from gerai.doors.pay.seller import ShopFacts
from gerai.doors.pay.timeline import moments
from gerai.doors.pay.words import Words
from gerai.engine.gateways.record import instructed
from gerai.engine.orders.find import EventEntry

#: Where the time left to pay counts.
_OPEN_TO_PAY: Final = (page_state.CHOOSE, page_state.ASKING, page_state.PAY, page_state.PROOF)


def present(
    view: OrderView,
    events: Sequence[EventEntry],
    context: PageContext,
    now: datetime,
    words: Words,
    notice: str = "",
) -> PayPage:
    """The page of ``view`` at ``now``. ``notice`` is a text key suffix (``changed``) to show once, or empty.

    A private page (payment link with a guessable code) carries no lines, people, history or downloads.
    """
    order, details, public = view.order, context.details, not context.private
    stands = page_state.page_state_of(view, details, now)
    groups = choices.groups(context, view.order, words) if stands is page_state.CHOOSE else ()
    proof = proofs.proof_form(view, stands, events, now, words)
    payment = page_state.running_payment(view, now) if stands is page_state.PAY else None
    proved = proof is not None and bool(proof.received)
    state = _state(stands, groups, payment, proved=proved)
    money, merchant = money_of(view, events), context.merchant_name or words("page.shop")
    shown_before = proofs.shown_before(view, state, events, now)
    figure = money_texts.figure(view, details, state, money, now)
    amount = amounts.display(figure.amount_sen)
    return PayPage(
        version=version(view, stands),
        state=state,
        final=page_state.is_final(state, money),
        private=context.private,
        paper=paper_kind(view, context, state, money) if public and context.papers else "",
        environment=order.environment,
        simulated=context.simulated,
        merchant=merchant,
        shop=context.shop,
        number=shown(order.number) if public else "",
        placed_at=words("order.placed_at", when=words.long_time(order.created_at)) if public else "",
        badge=words(f"badge.{state.name}"),
        headline=words(_headline(state, money)),
        reason=ending.reason(events) if public else "",
        message=words(_message(state, payment, context.shop, proved=proved), merchant=merchant, amount=amount),
        money=money_texts.sentences(view, state, money, merchant, words, proved=proved, shown_before=shown_before),
        notice=words(f"notice.{notice}") if notice else _failed_before(view, state, words),
        amount_label=words(figure.label),
        amount=amount,
        struck=figure.struck,
        remainder=money_texts.remainder(figure, money, words),
        deadline=deadline(order.expires_at, now, words) if state in _OPEN_TO_PAY else None,
        groups=groups,
        panel=None if payment is None else payment_panel(view, payment, context, now, words),
        proof=proof,
        parcel=parcel(view, details, events, state, words) if public else None,
        lines=tuple(order_card.lines(view, words)) if public else (),
        sums=tuple(order_card.sums(view, details, money, words)) if public else (),
        people=tuple(order_card.people(view, details, words, over=state.final or state.ended)) if public else (),
        note=shown(details.note) if public else "",
        goods=_goods(context, state),
        timeline=moments(view, events, context, words) if public else (),
        play=_play(view, state) if may_be_played(view, simulated=context.simulated) else None,
    )


def _goods(context: PageContext, state: page_state.PageState) -> Handed:
    """What was handed over without a parcel: what its dialect links to, and what is kept here."""
    digital, here = context.details.digital, context.handed
    if digital is None or context.private or state not in (page_state.DONE, page_state.PAID):
        return here
    return replace(here, title=shown(digital.title), files=downloads(digital) + here.files)


def version(view: OrderView, state: page_state.PageState) -> str:
    """A short text that changes whenever the page would look different, so that the live page draws itself anew."""
    order = view.order
    parts = [state.name, order.status, order.updated_at.isoformat(), str(order.charged_sen), str(order.refunded_sen)]
    parts += [view.invoice.status if view.invoice else "", view.fulfilment.status if view.fulfilment else ""]
    parts += [f"{p.payment_id}:{p.status}:{instructed(p)}" for p in view.payments]
    if view.shipment is not None:
        parts += [view.shipment.status, view.shipment.updated_at.isoformat()]
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:16]


def _state(
    stands: page_state.PageState, groups: Sequence[MethodGroup], payment: Payment | None, *, proved: bool
) -> page_state.PageState:
    """The state, with what was shown and what can be chosen. A transfer that was shown (``proved``) for the payment
    under way, or for one that was given up since: nobody is asked to choose again, or to pay twice. Where a way to pay
    would be chosen, by the ways there are: none at all, or none that takes this."""
    if proved and (stands is page_state.CHOOSE or (payment is not None and payment.receiving_id is not None)):
        return page_state.PROOF
    if stands is not page_state.CHOOSE or any(choice.open for group in groups for choice in group.choices):
        return stands
    return page_state.UNFIT if groups else page_state.NO_METHOD


def _failed_before(view: OrderView, state: page_state.PageState, words: Words) -> str:
    """States that the last attempt failed, while another one can still be made."""
    if state is not page_state.CHOOSE or not view.payments or view.payments[-1].status != "failed":
        return ""
    return words("notice.payment_failed")


def may_be_played(view: OrderView, *, simulated: bool) -> bool:
    """Whether its payer is played here: for play money, as long as no gateway's own sandbox has the payment."""
    at_gateway = any(payment.status == "processing" and payment.contract_id is not None for payment in view.payments)
    return (simulated or view.order.environment == "sandbox") and not at_gateway


def _play(view: OrderView, state: page_state.PageState) -> Play | None:
    """Paying is possible while the order waits; failing needs a payment; paying late needs one that ran out."""
    if state in (page_state.CHOOSE, page_state.PAY):
        return Play(pay=True, fail=state is page_state.PAY, late=False)
    if state is page_state.EXPIRED and any(p.status in ("processing", "expired") for p in view.payments):
        return Play(pay=False, fail=False, late=True)
    return None


def _headline(state: page_state.PageState, money: MoneyState) -> str:
    """Which text says how it stands. Of money that went back: whether it is on its way still."""
    if state is page_state.REFUNDED and money.owed_sen:
        return "headline.refund_owed"
    if state is page_state.REFUNDED and money.by_hand_sen:
        return "headline.refunded_by_hand"
    return f"headline.{state.name}"


def _message(state: page_state.PageState, payment: Payment | None, shop: ShopFacts, *, proved: bool) -> str:
    """Which text says what happens next. What comes into the seller's own account, only they can see; whose transfer
    was shown (``proved``) is not sent away to order anew; and nobody is sent to a seller who named no
    way to be reached."""
    if proved and state is page_state.EXPIRED:
        return "message.expired_proof"
    if state in (page_state.NO_METHOD, page_state.UNFIT) and shop.contact is None:
        return f"message.{state.name}_unreached"
    own = payment is not None and payment.receiving_id is not None
    return "message.pay_own" if own and state is page_state.PAY else f"message.{state.name}"
