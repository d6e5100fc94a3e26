"""Whether a page asks for a proof that its payer transferred, and what it says of those that came. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from gerai.domain.payment_status import CAME, MAY_COME
from gerai.domain.records import Deposit, OrderView, Payment
from gerai.doors.pay import page_state
from gerai.doors.pay.model import ProofForm
from gerai.doors.pay.words import Words
from gerai.engine.orders.find import EventEntry
from gerai.engine.proofs import MOST_PROOFS, PROOF_RECEIVED, provable

#: Where there is nothing to pay any more, but somebody may have paid before.
_ENDED: Final = (page_state.EXPIRED, page_state.CANCELLED)
#: Where the order waits to be paid, whatever was paid before.
_OPEN: Final = (page_state.CHOOSE, page_state.ASKING, page_state.PAY)


def proof_form(
    view: OrderView, stands: page_state.PageState, events: Sequence[EventEntry], now: datetime, words: Words
) -> ProofForm | None:
    """The form of a page that ``stands`` so; None where no transfer is waited for."""
    payment = provable_payment(view, stands, events, now)
    if payment is None:
        return None
    # Each was noted once; the files themselves are nobody's to read here.
    given = _given(payment, events)
    running = stands is page_state.PAY and payment == page_state.running_payment(view, now)
    return _form(given, folded=bool(given) or not running, words=words)


def deposit_proof_form(deposit: Deposit, given: int, *, running: bool, words: Words) -> ProofForm | None:
    """The form of a top-up's page, of which ``given`` proofs came; None where no transfer is waited for."""
    if not provable(deposit):
        return None
    return _form(given, folded=bool(given) or not running, words=words)


def provable_payment(
    view: OrderView, stands: page_state.PageState, events: Sequence[EventEntry], now: datetime
) -> Payment | None:
    """The payment whose transfer may be shown: into an account of the seller's own, under way or ended, while no money
    is known to have come. One whose transfer was shown stays, also when its payer then chose another way."""
    own = _own(view) if stands in (*_OPEN, *_ENDED) else ()
    if stands is page_state.PAY:
        running = page_state.running_payment(view, now)
        if running in own:
            return running
    shown = next((payment for payment in reversed(own) if _given(payment, events)), None)
    if shown is not None or stands in (page_state.ASKING, page_state.PAY):
        return shown
    if stands is page_state.CHOOSE:
        # Its time ran out while the order is open; who gave one up did not transfer.
        own = tuple(payment for payment in own if payment.status != "cancelled")
    return own[-1] if own else None


def shown_before(view: OrderView, state: page_state.PageState, events: Sequence[EventEntry], now: datetime) -> bool:
    """Whether the transfer of another payment than the one that a page in ``state`` asks for was shown, so that nobody
    may need to pay it."""
    running = page_state.running_payment(view, now)
    return state in _OPEN and any(_given(one, events) for one in _own(view) if one != running)


def _own(view: OrderView) -> tuple[Payment, ...]:
    """What may have come into an account of the seller's own, oldest first; nothing once money is known to have
    come."""
    if any(payment.status in CAME for payment in view.payments):
        return ()
    return tuple(p for p in view.payments if p.receiving_id is not None and p.status in MAY_COME)


def _form(given: int, *, folded: bool, words: Words) -> ProofForm:
    received = words("proof.received", count=given, most=MOST_PROOFS) if given else ""
    return ProofForm(received, given < MOST_PROOFS, folded=folded)


def _given(payment: Payment, events: Sequence[EventEntry]) -> int:
    return sum(e.name == PROOF_RECEIVED and e.facts.get("payment") == payment.public_id for e in events)
