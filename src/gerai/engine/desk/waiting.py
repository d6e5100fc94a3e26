"""What waits for a person: each kind, what it says in words, where it is seen, and which acts decide it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from gerai.domain.money import display
from gerai.engine.catalogue.products import ProductCatalogue
from gerai.engine.desk.book_words import name_of
from gerai.engine.gateways.refund import may_hand_over
from gerai.kit.bilingual import Bilingual
from gerai.ports.payments import PaymentMethod
from gerai.store.waiting_list import WaitingThing

WaitingKind = Literal[
    "late_payment", "other_amount", "ended_order", "refund_to_send", "refund_refused", "refund_unclear", "late_top_up",
    "other_top_up", "payment_fault", "top_up_fault", "arrival", "notice", "proof", "top_up_proof",
    "provider_unknown", "book_fault", "webhook", "low_stock", "codes_out", "low_codes",
]  # fmt: skip


@dataclass(frozen=True)
class KindOfWaiting:
    """``says``: what happened, with places for its facts; ``things``: where one is seen by its id; ``can``: the acts
    that decide it, by that id."""

    says: Bilingual
    things: str
    can: tuple[str, ...] = ()


KINDS: Final[dict[WaitingKind, KindOfWaiting]] = {
    "late_payment": KindOfWaiting(
        Bilingual(
            "{amount} lewat {method} datang terlambat untuk pesanan {order}",
            "{amount} by {method} came late for order {order}",
        ),
        "payments", ("payments.resolve",),
    ),
    "other_amount": KindOfWaiting(
        Bilingual(
            "{amount} datang untuk pesanan {order}, yang diminta {other}",
            "{amount} came for order {order}, {other} was asked",
        ),
        "payments", ("payments.resolve",),
    ),
    "ended_order": KindOfWaiting(
        Bilingual(
            "Pesanan {order} {ended}, padahal {amount} sudah dibayar",
            "Order {order} {ended}, and {amount} was paid for it",
        ),
        "payments", ("payments.refund",),
    ),
    "refund_to_send": KindOfWaiting(
        Bilingual("{amount} harus dikirim kembali: {whose}{detail}", "{amount} is to be sent back: {whose}{detail}"),
        "refunds", ("refunds.done", "refunds.destination", "refunds.withdraw"),
    ),
    "refund_refused": KindOfWaiting(
        Bilingual(
            "Gateway tidak mengembalikan {amount}: {whose}{detail}",
            "Its gateway does not send {amount} back: {whose}{detail}",
        ),
        "refunds", ("refunds.done", "refunds.withdraw", "refunds.again"),
    ),
    "refund_unclear": KindOfWaiting(
        Bilingual(
            "Belum jelas apakah gateway mengembalikan {amount}: {whose}{detail}",
            "Not clear whether its gateway sends {amount} back: {whose}{detail}",
        ),
        "refunds", ("refunds.take",),
    ),
    "late_top_up": KindOfWaiting(
        Bilingual("{amount} datang terlambat untuk isi saldo {paid}", "{amount} came late for top-up {paid}"),
        "topups", ("topups.resolve",),
    ),
    "other_top_up": KindOfWaiting(
        Bilingual(
            "{amount} datang untuk isi saldo {paid}, yang diminta {other}",
            "{amount} came for top-up {paid}, {other} was asked",
        ),
        "topups", ("topups.resolve", "topups.confirm"),
    ),
    "payment_fault": KindOfWaiting(
        Bilingual(
            "Lihat pembayaran {paid} pesanan {order} di gateway-nya{detail}",
            "Look at payment {paid} of order {order} at its gateway{detail}",
        ),
        "payments", ("payments.confirm",),
    ),
    "top_up_fault": KindOfWaiting(
        Bilingual("Lihat isi saldo {paid} di gateway-nya{detail}", "Look at top-up {paid} at its gateway{detail}"),
        "topups", ("topups.confirm",),
    ),
    "arrival": KindOfWaiting(
        Bilingual(
            "{amount} masuk dan belum jelas untuk apa{detail}", "{amount} came in, and it is not clear for what{detail}"
        ),
        "arrivals", ("arrivals.book", "arrivals.dismiss"),
    ),
    "notice": KindOfWaiting(
        Bilingual("Kabar uang masuk tidak terbaca{detail}", "A notice of money could not be read{detail}"),
        "notices", ("notices.read", "notices.dismiss"),
    ),
    "proof": KindOfWaiting(
        Bilingual(
            "Bukti transfer untuk pesanan {order}, yang diminta {amount}",
            "Proof of a transfer for order {order}, {amount} was asked",
        ),
        "proofs", ("payments.confirm",),
    ),
    "top_up_proof": KindOfWaiting(
        Bilingual(
            "Bukti transfer untuk isi saldo {paid}, yang diminta {amount}",
            "Proof of a transfer for top-up {paid}, {amount} was asked",
        ),
        "proofs", ("topups.confirm",),
    ),
    "provider_unknown": KindOfWaiting(
        Bilingual(
            "{name} belum memastikan pesanan {order}, sudah ditanya {other} kali",
            "{name} has not said whether order {order} is done, asked {other} times",
        ),
        "orders", ("orders.retry", "orders.complete", "orders.fail"),
    ),
    "book_fault": KindOfWaiting(
        Bilingual(
            "Di pembukuan tidak benar: {name} (baris: {other})", "Of the books does not hold: {name} (rows: {other})"
        ),
        "book_faults", ("book_faults.recheck",),
    ),
    "webhook": KindOfWaiting(
        Bilingual(
            "Webhook tidak sampai ke {name}{detail}", "Webhooks do not get through to {name}{detail}"
        ),
        "webhooks", ("webhooks.resume",),
    ),
    "low_stock": KindOfWaiting(
        Bilingual("{name} tinggal {other} di {place}", "{other} of {name} left in {place}"), "stock"
    ),
    "codes_out": KindOfWaiting(
        Bilingual(
            "Kode {name} habis: pesanan {order} belum mendapat kodenya",
            "Codes of {name} ran out: order {order} did not get its own",
        ),
        "orders", ("orders.send_digital",),
    ),
    "low_codes": KindOfWaiting(
        Bilingual("Kode {name} tinggal {other}", "{other} codes of {name} left"), "code_pools", ("code_pools.mark",)
    ),
}  # fmt: skip

#: Those that a person sends, unless their gateway is asked again.
_OPEN_REFUNDS: Final = frozenset({"refund_to_send", "refund_refused"})
_AGAIN: Final = "refunds.again"
#: Kinds that name a variant by its id.
_OF_VARIANTS: Final = frozenset({"low_stock", "codes_out", "low_codes"})
_ENDED: Final = {
    "cancelled": Bilingual("dibatalkan", "was cancelled"),
    "failed": Bilingual("gagal", "failed"),
    "returned": Bilingual("dikembalikan", "was returned"),
}


def what_of(thing: WaitingThing, catalogue: ProductCatalogue, methods: Mapping[str, PaymentMethod]) -> Bilingual:
    """What happened, in a sentence. ``catalogue`` names what is in stock, ``methods`` the ways to pay."""
    says = KINDS[_kind(thing)].says
    name, place = Bilingual(thing.name, thing.name), ""
    if thing.kind in _OF_VARIANTS and (variant := catalogue.variants.get(int(thing.name))) is not None:
        name = Bilingual(variant.name, variant.name)
    if thing.kind == "book_fault":
        name = name_of(thing.name)
    if thing.kind == "low_stock":
        warehouse = catalogue.warehouses.get(int(thing.detail))
        place = thing.detail if warehouse is None else warehouse.name
    known = methods.get(thing.method)
    method = Bilingual(thing.method, thing.method) if known is None else Bilingual(**known.title)
    ended = _ENDED.get(thing.detail, Bilingual(thing.detail, thing.detail))
    counted = thing.kind in ("low_stock", "low_codes", "provider_unknown", "book_fault")
    facts = {
        "amount": display(thing.amount_sen or 0), "order": thing.order_number,
        "paid": thing.paid, "place": place, "detail": f": {thing.detail}" if thing.detail else "",
        "other": str(thing.other or 0) if counted else display(thing.other or 0),
    }  # fmt: skip
    return Bilingual(
        says.id.format_map(
            facts | {"name": name.id, "ended": ended.id, "whose": _whose(thing).id, "method": method.id}
        ),
        says.en.format_map(
            facts | {"name": name.en, "ended": ended.en, "whose": _whose(thing).en, "method": method.en}
        ),
    )


def can_of(thing: WaitingThing, by: str) -> tuple[str, ...]:
    """The names of the acts that decide it, by its id. What somebody took from a gateway to send by hand, they alone
    give back to it (``by``: who looks)."""
    can = KINDS[_kind(thing)].can
    if thing.kind not in _OPEN_REFUNDS:
        return can
    denials = int(thing.kind == "refund_refused")
    others = tuple(act for act in can if act != _AGAIN)
    return (*others, _AGAIN) if may_hand_over(thing.detail, denials, by) else others


def things_of(thing: WaitingThing) -> str:
    """Where it is seen by its id."""
    return KINDS[_kind(thing)].things


def _whose(thing: WaitingThing) -> Bilingual:
    if thing.order_number:
        return Bilingual(f"pesanan {thing.order_number}", f"order {thing.order_number}")
    return Bilingual(f"isi saldo {thing.paid}", f"top-up {thing.paid}")


def _kind(thing: WaitingThing) -> WaitingKind:
    return next(kind for kind in KINDS if kind == thing.kind)
