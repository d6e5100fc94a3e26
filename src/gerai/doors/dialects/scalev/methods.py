"""Payment methods in both eras of the contract, and the one form in which they are kept.

Before July 2026: ``va`` with ``sub_payment_method``; after it: ``va_bca`` and its like, and ``payment_link`` for
``invoice``. Both are read; what was sent is echoed; ``Method`` is what is stored and searched by.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

import msgspec

from gerai.engine.catalogue.store_methods import StoreMethods

_VA_BANKS: Final = (
    "BCA", "BNI", "BRI", "MANDIRI", "PERMATA", "BSI", "BJB", "CIMB", "SAHABAT_SAMPOERNA", "ARTAJASA", "MAYBANK", "BNC",
    "DANAMON", "ARTHA_GRAHA", "MUAMALAT", "BTN", "OCBC",
)  # fmt: skip
#: What ``sub_payment_method`` may be.
SUB_METHODS: Final = frozenset(_VA_BANKS)
_WALLETS: Final = ("ovo", "dana", "shopeepay", "linkaja", "gopay")
_SHOPS: Final = ("alfamart", "indomaret")
#: Nothing is paid through us: the courier, another platform, or nobody collects.
UNCOLLECTED: Final = frozenset({"no_payment", "marketplace", "cod"})


class Method(msgspec.Struct, frozen=True):
    """``kind``: invoice | va | qris | card | ewallet | retail | bank_transfer | no_payment | marketplace | cod.
    ``channel`` is the bank, wallet or chain, empty when the payer may choose."""

    kind: str
    channel: str = ""

    @property
    def collected(self) -> bool:
        return self.kind not in UNCOLLECTED


def _all_methods() -> dict[str, Method]:
    same = ("invoice", "va", "qris", "card", "bank_transfer", "no_payment", "marketplace", "cod")
    found = {name: Method(name) for name in same}
    found["payment_link"] = Method("invoice")
    found |= {f"va_{bank.lower()}": Method("va", bank) for bank in _VA_BANKS}
    found |= {wallet: Method("ewallet", wallet.upper()) for wallet in _WALLETS}
    return found | {shop: Method("retail", shop.upper()) for shop in _SHOPS}


#: Every ``payment_method`` that is read, with its stored form.
METHODS: Final = _all_methods()
#: What a store may list: the two words for what is collected elsewhere are always taken, whatever it lists.
STORE_METHODS: Final = StoreMethods(
    {
        name: "" if method.kind in ("invoice", "bank_transfer", "cod") else method.kind
        for name, method in METHODS.items()
        if method.kind not in ("no_payment", "marketplace")
    },
    SUB_METHODS,
)
#: The list filter also knows this one.
EWALLET: Final = "ewallet"


def canonical(payment_method: str, sub_payment_method: str | None) -> Method:
    """The stored form. A bank means something only with plain ``va``."""
    method = METHODS[payment_method]
    if payment_method == "va" and sub_payment_method:
        return Method("va", sub_payment_method)
    return method


def offered_by(method: Method, store_methods: Collection[str], store_banks: Collection[str]) -> bool:
    """Whether a store lists the method, in either era's words. A store without banks takes every bank."""
    if method.kind == "va":
        if method.channel and f"va_{method.channel.lower()}" in store_methods:
            return True
        return "va" in store_methods and (not method.channel or not store_banks or method.channel in store_banks)
    names = {name for name, known in METHODS.items() if known == method}
    return not names.isdisjoint(store_methods)


def payable_with(method: Method, known: Mapping[str, Collection[str]]) -> tuple[str, ...] | None:
    """What the order may be paid with: ``va:BCA``, ``va``; None means everything.

    ``known`` are the methods we can really collect with, and their channels; a channel we cannot serve opens its
    whole method, so that the buyer is never left without a way to pay.
    """
    if method.kind == "invoice" or not method.collected:
        return None
    if method.channel and method.channel in known.get(method.kind, ()):
        return (f"{method.kind}:{method.channel}",)
    return (method.kind,)
