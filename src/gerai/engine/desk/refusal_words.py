"""What a refusal of the engine means to a person: one sentence each, in rupiah and plain words."""

from __future__ import annotations

from typing import Final

from gerai.domain import refusals as r
from gerai.domain.money import display

#: What cannot be done, as a person would say it.
_DONE: Final = {
    "complete": "completed",
    "fail": "failed",
    "finish": "finished",
    "cancel": "cancelled",
    "refund": "refunded",
    "accept": "accepted",
    "wallet": "credited to a wallet",
    "pay": "paid",
    "pay again": "paid again",
    "revive": "brought back",
    "record": "worked on",
    "replay": "replayed",
    "withdraw": "withdrawn",
    "address": "sent elsewhere",
    "hand_over": "handed to its gateway",
    "hand_back": "taken from its gateway",
    "settle": "settled",
    "dismiss": "dismissed",
    "confirm": "accepted",
    "start": "started on",
    "make_ready": "made ready",
    "ship": "sent",
    "book": "given a number",
    "deliver": "delivered",
    "return": "taken back",
    "ask": "asked again",
    "close": "closed",
    "reopen": "opened again",
    "give keys to": "given keys",
}
#: What has a name of its own; the rest goes by the name of its order.
_NAMED: Final = frozenset({"order", "payment", "deposit", "delivery", "refund", "notice", "merchant"})


def sentence(refusal: r.Refusal) -> str:
    """The sentence of a refusal; of one that no command should meet, the name of its kind."""
    match refusal:
        case r.NotFound(thing="wallet"):
            return "the order belongs to no member with a wallet: nothing is booked; its money can go to the payer"
        case r.NotFound():
            return f"no such {refusal.thing}: {', '.join(refusal.ids)}"
        case r.StateConflict():
            return _about_state(refusal)
        case r.PermissionMissing(permission="merchant.open"):
            return "the merchant is closed: it takes no orders"
        case r.IdempotencyKeyReused():
            return f"the reference {refusal.key} was used for something else; nothing is booked"
        case r.InputInvalid():
            return "; ".join(f"{name}: {', '.join(texts)}" for name, texts in refusal.fields.items())
        case r.Busy():
            return "the database was busy for too long: nothing is done; try again"
        case r.Broken():
            return "something broke in Gerai itself; its log says what"
        case _:
            return _about_money(refusal) or _about_goods(refusal) or f"refused: {refusal.code.replace('_', ' ')}"


def _about_state(refusal: r.StateConflict) -> str:
    match refusal:
        case r.StateConflict(thing="webhook endpoint", state="disabled"):
            return f"endpoint {refusal.id} is disabled: run `gerai webhooks enable {refusal.id}` first"
        case r.StateConflict(thing="webhook endpoint"):
            return f"endpoint {refusal.id} was removed: what was sent there cannot be replayed"
        case r.StateConflict(thing="delivery", state="pending"):
            return f"delivery {refusal.id} is pending: it will be sent without a replay"
        case r.StateConflict(thing="refund", state="sending") if refusal.verb != "hand_over":
            return f"refund {refusal.id} is with its gateway: run `gerai payments refunds take {refusal.id}` first"
        case r.StateConflict(thing="refund", state="being asked for"):
            return (
                f"refund {refusal.id} is being asked of its gateway: wait ten minutes, look in its dashboard, and take "
                "it then"
            )
        case r.StateConflict(thing="refund", state="taken"):
            return (
                f"refund {refusal.id} is sent by hand by whoever took it: they alone can have its gateway asked again; "
                "or withdraw it, and give the money back anew"
            )
        case r.StateConflict(thing="merchant", state="holding_money"):
            return (
                f"merchant {refusal.id} holds money of others (gerai reports liabilities): give it back first, or say "
                "that it stays: --money-stays"
            )
        case r.StateConflict(thing="payout"):
            return f"{refusal.id} is booked already, with other payments or another amount: nothing is booked"
        case _:
            named = refusal.thing if refusal.thing in _NAMED else f"the {refusal.thing} of order"
            done = _DONE.get(refusal.verb)
            cannot = "that is not possible now" if done is None else f"it cannot be {done}"
            return f"{named} {refusal.id} is {refusal.state.replace('_', ' ')}: {cannot}"


def _about_money(refusal: r.Refusal) -> str:
    match refusal:
        case r.RefundTooLarge(refundable_sen=0):
            return "nothing is left to be refunded"
        case r.RefundTooLarge():
            return f"at most {display(refusal.refundable_sen)} can be refunded"
        case r.AmountOutOfRange():
            bounds = f"from {display(refusal.minimum_sen)} to {display(refusal.maximum_sen)}"
            return f"{display(refusal.given_sen)} cannot be booked: an amount is {bounds}"
        case r.AmountMismatch() if refusal.payments:
            return apart(refusal, fee_said=refusal.fee_sen > 0)
        case r.AmountMismatch():
            return f"{display(refusal.given_sen)} is not what is asked: {display(refusal.right_sen)}"
        case r.InsufficientFunds():
            return f"the wallet has {display(refusal.available_sen)}, but {display(refusal.needed_sen)} is needed"
        case r.FundingNotAllowed():
            return f"in {refusal.environment} an order cannot be paid by {refusal.funding}"
        case r.MethodUnavailable():
            return f"the payment method {refusal.method} is not offered"
        case r.SurchargeForbidden():
            return f"payers may not be asked for a fee on top with {refusal.method}"
        case r.IdentityNotLinked():
            return f"{refusal.identity} is linked to no member"
        case _:
            return ""


def apart(refusal: r.AmountMismatch, *, fee_said: bool) -> str:
    """What the payments of a payout make. ``fee_said``: whoever books it said what was kept of them."""
    less = f"a fee of {display(refusal.fee_sen)}" if fee_said else "what is known of its fee"
    if refusal.refunded_sen:
        less += f" and {display(refusal.refunded_sen)} given back"
    apart_sen = refusal.given_sen - refusal.right_sen
    more = "more" if apart_sen > 0 else "less"
    make = "this payment makes" if refusal.payments == 1 else f"these {refusal.payments} payments make"
    return (
        f"with {less} {make} {display(refusal.right_sen)}, not {display(refusal.given_sen)}, "
        f"which is {display(abs(apart_sen))} {more}: nothing is booked"
    )


def _about_goods(refusal: r.Refusal) -> str:
    match refusal:
        case r.OutOfStock():
            return f"{refusal.item}: {refusal.wanted} wanted, but {refusal.available} in stock"
        case r.ItemClosed():
            return f"{refusal.item} is not on sale now"
        case r.QuantityOutOfRange():
            return f"{refusal.item}: from {refusal.minimum} to {refusal.maximum}, not {refusal.quantity}"
        case r.NothingToShip():
            return f"nothing of order {refusal.order} is sent anywhere"
        case r.PartnerRefused():
            return f"{refusal.partner} refuses: {refusal.reason}"
        case r.PartnerUnavailable():
            return f"{refusal.partner} does not answer; try again"
        case _:
            return ""
