"""Gateway methods in this contract's words: one code per method and channel, as ``payment_method`` accepts them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from gerai.domain.refusals import MethodUnavailable
from gerai.engine.payments.offered import OfferedChannels, require_within
from gerai.ports.payments import PaymentMethod


def canonical_code(text: str) -> str:
    """A way to pay as it is kept and shown, however it was spelt: ``VA_BCA`` is ``va-bca``, ``Balance`` is
    ``balance``."""
    return text.lower().replace("_", "-")


@dataclass(frozen=True)
class GatewayCode:
    """What a code stands for."""

    code: str
    method: PaymentMethod
    channel_code: str


def gateways(methods: Mapping[str, PaymentMethod]) -> dict[str, GatewayCode]:
    """All codes: ``qris`` for a method with one channel, ``va-bca`` for one of several."""
    found: dict[str, GatewayCode] = {}
    for name, method in methods.items():
        for channel in method.channels:
            code = code_of(methods, name, channel)
            found[code] = GatewayCode(code, method, channel)
    return found


def code_of(methods: Mapping[str, PaymentMethod], name: str, channel: str) -> str:
    """The code of the method ``name`` with its ``channel``; empty where there is no such way to pay."""
    method = methods.get(name)
    if method is None or channel not in method.channels:
        return ""
    return canonical_code(name if len(method.channels) == 1 else f"{name}-{channel}")


def find(
    wanted: str, methods: Mapping[str, PaymentMethod], offered: OfferedChannels, active: Collection[str] | None
) -> GatewayCode:
    """The gateway behind a code; ``active`` None means that the merchant has switched none off.

    MethodUnavailable for a code that is unknown, switched off or not offered.
    """
    found = gateways(methods).get(canonical_code(wanted))
    # Unknown, switched off, not offered: one answer, since a client can do the same about each.
    if found is None or (active is not None and found.code not in active):
        raise MethodUnavailable(wanted)
    if found.channel_code not in offered.get(found.method.name, {}):
        raise MethodUnavailable(wanted)
    return found


def on_the_page(active: Collection[str] | None, methods: Mapping[str, PaymentMethod]) -> tuple[str, ...] | None:
    """How an order may be paid on its page: the channels behind the ``active`` codes; None: whatever is offered."""
    if active is None:
        return None
    return tuple(f"{g.method.name}:{g.channel_code}" for code, g in gateways(methods).items() if code in active)


def check_amount(gateway: GatewayCode, amount_sen: int) -> None:
    """AmountOutOfRange outside the bounds of the gateway's channel."""
    require_within(gateway.method.channels[gateway.channel_code], amount_sen)
