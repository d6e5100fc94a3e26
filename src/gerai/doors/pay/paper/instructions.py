"""How to pay, as an invoice says it: the number or the QR that was chosen on the page, else what to do."""

from __future__ import annotations

from gerai.domain.records import OrderView
from gerai.doors.pay import money_texts, page_state
from gerai.doors.pay.model import PayPage
from gerai.doors.pay.paper.model import PaperInstructions
from gerai.doors.pay.words import Words

_MOST_STEPS = 12


def instructions(view: OrderView, page: PayPage, words: Words) -> PaperInstructions:
    """What the payer of ``page`` does. An address to go on at is not printed: the page has it."""
    panel = page.panel
    if panel is None:
        return PaperInstructions(heading=words("choose.heading"), hints=(_hint(page, words),))
    hints = [words("paper.how.typed")] if panel.typed else []
    if panel.unique:
        hints.append(words("pay.unique", amount=panel.unique))
    if panel.kind == "redirect":
        hints.append(words("paper.how.page"))
    if any(payment.receiving_id is not None for payment in view.payments if payment.status == "processing"):
        hints.append(words("paper.how.own", merchant=page.merchant))
    # A gateway tells each place by itself: one of them is enough on paper.
    place = panel.places[0] if panel.places and not panel.steps else None
    if place is not None:
        hints.append(words("paper.how.places"))
    return PaperInstructions(
        heading=panel.heading,
        company_code=panel.company_code,
        code_label=panel.code_label if panel.code else "",
        code=" ".join(panel.code_groups),
        holder=panel.holder,
        nmid=panel.nmid,
        amount=panel.amount,
        until=words("pay.until", when=panel.until.text) if panel.until else "",
        qr=str(panel.qr or ""),
        hints=tuple(hints),
        place="" if place is None else place.title,
        steps=(panel.steps if place is None else place.steps)[:_MOST_STEPS],
    )


def _hint(page: PayPage, words: Words) -> str:
    """What to do where no number is known to pay to."""
    if page.state is page_state.PROOF:
        return page.message
    if page.state in money_texts.CASH:
        return words("paper.how.cod", amount=page.amount)
    if page.state in (page_state.NO_METHOD, page_state.UNFIT):
        return words("paper.how.contact", merchant=page.merchant)
    return words("paper.how.asking" if page.state is page_state.ASKING else "paper.how.choose")
