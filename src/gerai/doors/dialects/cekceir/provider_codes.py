"""The codes of deposit providers: ``qris``, ``va_bca``, ``bank_bca``, ``gopay``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gerai.ports.payments import PaymentMethod

#: What a code begins with where that is not the method's name: the contract's own examples are ``bank_bca``, ``gopay``.
_BEGINS: Final = {"bank_transfer": "bank_", "ewallet": ""}


def canonical_code(text: str) -> str:
    """A code as it is kept and shown, however it was spelt: ``VA-BCA`` is ``va_bca``."""
    return text.lower().replace("-", "_")


def code_of(method: PaymentMethod, channel: str) -> str:
    """The code of a method with this channel: the method's name alone where it has one channel only."""
    if len(method.channels) == 1:
        return method.name
    return canonical_code(_BEGINS.get(method.name, f"{method.name}_") + channel)


def code_of_way(methods: Mapping[str, PaymentMethod], name: str, channel: str) -> str:
    """The same of what is stored, whose method or channel may be gone; ``manual`` of what an operator gave."""
    method = methods.get(name)
    if method is not None and channel in method.channels:
        return code_of(method, channel)
    return canonical_code(f"{name}_{channel}" if channel else name)


def provider_codes(methods: Mapping[str, PaymentMethod]) -> frozenset[str]:
    """All codes that there can be."""
    return frozenset(code_of(method, channel) for method in methods.values() for channel in method.channels)
