"""Whether a page asks for a proof that its payer transferred, and what it says of those that came. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from gerai.domain.payment_status import CAME, MAY_COME
from gerai.domain.records import OrderView, Payment
from gerai.doors.pay import page_state
from gerai.doors.pay.model import ProofForm
from gerai.doors.pay.words import Words
from gerai.engine.orders.find import EventEntry
from gerai.engine.proofs import MOST_PROOFS, PROOF_RECEIVED

#: Where there is nothing to pay any more, but somebody may have paid before.
_ENDED: Final = (page_state.EXPIRED, page_state.CANCELLED)


def proof_form(
    view: OrderView, stands: page_state.PageState, events: Sequence[EventEntry], now: datetime, words: Words
) -> ProofForm | None:
    """The form of a page that ``stands`` so; None where no transfer is waited for."""
    payment = provable_payment(view, stands, now)
    if payment is None:
        return None
    # Each was noted once; the files themselves are nobody's to read here.
    given = sum(e.name == PROOF_RECEIVED and e.facts.get("payment") == payment.public_id for e in events)
    received = words("proof.received", count=given, most=MOST_PROOFS) if given else ""
    return ProofForm(received, given < MOST_PROOFS, folded=bool(given) or stands is not page_state.PAY)


def provable_payment(view: OrderView, stands: page_state.PageState, now: datetime) -> Payment | None:
    """The payment whose transfer may be shown: into an account of the seller's own, under way or ended, while no money
    is known to have come."""
    if any(payment.status in CAME for payment in view.payments):
        return None
    if stands is page_state.PAY:
        payment = page_state.running_payment(view, now)
        return payment if payment is not None and payment.receiving_id is not None else None
    own = [p for p in view.payments if p.receiving_id is not None and p.status in MAY_COME]
    if stands is page_state.CHOOSE:
        # Its time ran out while the order is open.
        own = [payment for payment in own if payment.status != "cancelled"]
    return own[-1] if own and stands in (page_state.CHOOSE, *_ENDED) else None
