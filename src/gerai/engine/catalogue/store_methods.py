"""The words by which a store lists the ways it may be paid, as the counter that reads them declares them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from gerai.domain.refusals import InputInvalid
from gerai.kit.closest import not_known


@dataclass(frozen=True, eq=False)
class StoreMethods:
    """``methods``: by word, the payment method that takes the money; empty: no gateway is needed (an invoice whose
    payer chooses on its page, a transfer that people look for, a courier's cash). ``sub_methods``: the banks that a
    method may be narrowed to."""

    methods: Mapping[str, str] = field(default_factory=dict[str, str])
    sub_methods: Collection[str] = frozenset()

    def of_installation(self, installed: Collection[str]) -> tuple[str, ...]:
        """The words that mean something where these payment methods are installed."""
        return tuple(word for word, method in self.methods.items() if not method or method in installed)

    def require(self, methods: Collection[str], sub_methods: Collection[str], installed: Collection[str]) -> None:
        """Refuses InputInvalid: a word that nobody knows here, or that is named twice."""
        faults = {
            "payment_methods": _fault("payment method", methods, self.of_installation(installed)),
            "sub_payment_methods": _fault("bank", sub_methods, sorted(self.sub_methods)),
        }
        if wrong := {name: [fault] for name, fault in faults.items() if fault}:
            raise InputInvalid(wrong)


def _fault(what: str, named: Collection[str], known: Collection[str]) -> str:
    unknown = next((word for word in named if word not in known), None)
    if unknown is not None:
        return not_known(what, unknown, known, listed=len(known), none="none is installed")
    return "names one twice" if len({*named}) < len(named) else ""
