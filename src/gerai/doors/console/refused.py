"""What a refusal means to who sent a form: a sentence in their language, without a command of the terminal in it."""

from __future__ import annotations

from typing import Final

from gerai.domain import refusals as r
from gerai.doors.console.words import DeskWords
from gerai.engine.desk.refusal_words import sentence

#: What the states of a thing are called by, where they have words of their own.
_KINDS: Final = {
    "order": "order",
    "payment": "payment",
    "shipment": "parcel",
    "fulfilment": "fulfilment",
    "refund": "refund",
    "delivery": "delivery",
}


def problem(refusal: r.Refusal, words: DeskWords) -> str:
    """The sentence; of what a seller rarely meets, the engine's own."""
    match refusal:
        case r.StateConflict():
            state = state_of(refusal.thing, refusal.state, words)
            return words("refused.state", thing=words.word("thing", refusal.thing), id=refusal.id, state=state)
        case r.ChangedMeanwhile():
            return words("refused.changed")
        case r.NotFound(thing="wallet"):
            return words("refused.no_wallet")
        case r.NotFound():
            return words("refused.gone")
        case r.IdempotencyKeyReused():
            return words("refused.sent")
        case _:
            return _about_amounts(refusal, words) or words.fault(sentence(refusal))


def state_of(thing: str, state: str, words: DeskWords) -> str:
    """What the state of a thing (``order``, ``orders``) is called."""
    kind = _KINDS.get(thing.removesuffix("s"), "status")
    return words.word(kind if words.knows(kind, state) else "status", state)


def _about_amounts(refusal: r.Refusal, words: DeskWords) -> str:
    match refusal:
        case r.AmountMismatch():
            given, right, rest_sen = refusal.given_sen, refusal.right_sen, abs(refusal.given_sen - refusal.right_sen)
            amounts = {"given": words.amount(given), "right": words.amount(right), "rest": words.amount(rest_sen)}
            return words("refused.less" if given < right else "refused.more", **amounts)
        case r.InsufficientFunds():
            available, needed = words.amount(refusal.available_sen), words.amount(refusal.needed_sen)
            return words("refused.funds", available=available, needed=needed)
        case r.RefundTooLarge():
            return words("refused.refund", most=words.amount(refusal.refundable_sen))
        case r.OutOfStock():
            return words("refused.stock", item=refusal.item, wanted=refusal.wanted, available=refusal.available)
        case _:
            return ""
