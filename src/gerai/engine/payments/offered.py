"""Which payment methods an order may be paid with, by whose money moves.

Play money (a sandbox order, or a merchant that is marked simulated) meets what can be played; real money meets the
methods for which the merchant has a real account or contract, and nothing else: what is shown for play money is
invented, and could be a stranger's account.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from gerai.domain.records import GatewayContract, OfferedWay, OrderContact, ReceivingAccount
from gerai.domain.refusals import AmountOutOfRange, MethodUnavailable
from gerai.engine.directory_entries import MemberFacts, MerchantFacts
from gerai.ports.payments import Bounds, PaymentMethod, Seller

#: By method name: the channels offered, with their bounds. A method that is not offered is missing.
OfferedChannels = Mapping[str, Mapping[str, Bounds]]
#: What a gateway may need to know of a payer.
PAYER: Final = frozenset({"name", "email", "mobile"})


@dataclass(frozen=True)
class Offered:
    """One way to pay that is offered. ``account``: the seller's own that receives it, if it is one; ``contract``: the
    one with the gateway that takes it, if one does.
    ``surcharge``: whether its payer may be asked for a fee on top."""

    method: PaymentMethod
    channel: str
    bounds: Bounds
    account: ReceivingAccount | None
    surcharge: bool
    contract: GatewayContract | None = None

    def require_within(self, amount_sen: int) -> None:
        """AmountOutOfRange when one payment may not be ``amount_sen``, all fees included."""
        require_within(self.bounds, amount_sen)


def require_within(bounds: Bounds, amount_sen: int) -> None:
    """AmountOutOfRange when one payment may not be ``amount_sen``."""
    if not bounds.hold(amount_sen):
        raise AmountOutOfRange(amount_sen, bounds.minimum_sen, bounds.maximum_sen)


def known_of(payer: OrderContact | MemberFacts) -> frozenset[str]:
    """What is known of a payer, by its names."""
    return frozenset(name for name in PAYER if getattr(payer, name))


def offered_channels(
    methods: Mapping[str, PaymentMethod],
    merchant: MerchantFacts,
    environment: str,
    payer: Collection[str] = PAYER,
) -> OfferedChannels:
    """What the merchant's orders in this environment may be paid with, by a ``payer`` of whom this is known."""
    found = {name: _channels(method, merchant, environment, payer) for name, method in methods.items()}
    return {name: channels for name, channels in found.items() if channels}


def require_offered(
    methods: Mapping[str, PaymentMethod],
    merchant: MerchantFacts,
    environment: str,
    name: str,
    channel: str,
    payer: Collection[str] = PAYER,
) -> Offered:
    """The method ``name`` with its ``channel``. MethodUnavailable when it does not exist, is not offered, or its
    gateway needs more of the payer than is known."""
    method = methods.get(name)
    bounds = None if method is None else _channels(method, merchant, environment, payer).get(channel)
    if method is None or bounds is None:
        raise MethodUnavailable(f"{name}:{channel}")
    own = () if merchant.plays_with(environment) else own_accounts(merchant, name)
    account = next((one for one in own if one.channel == channel), None)
    # Into the seller's own account where there is one: nobody keeps a part of it.
    contract = None if account else contract_for(merchant, environment, name, channel, payer)
    surcharge = may_surcharge(method, merchant, environment)
    return Offered(method, channel, bounds, account, surcharge=surcharge, contract=contract)


def may_surcharge(method: PaymentMethod, merchant: MerchantFacts, environment: str) -> bool:
    """Whether payers may be asked for a fee on top with this method: always for play money."""
    play_money = merchant.plays_with(environment)
    return method.may_surcharge or play_money or merchant.settings.qris_surcharge == "allow"


def own_accounts(merchant: MerchantFacts, method: str) -> tuple[ReceivingAccount, ...]:
    """The merchant's open receiving accounts for this method."""
    return tuple(account for account in merchant.receiving if account.method == method)


def contract_for(
    merchant: MerchantFacts, environment: str, method: str, channel: str, payer: Collection[str] = PAYER
) -> GatewayContract | None:
    """The merchant's open contract in this environment that offers this way to this payer, the oldest first."""
    for contract, way in _ways(merchant, environment, payer):
        if (way.method, way.channel) == (method, channel):
            return contract
    return None


def _contracts(merchant: MerchantFacts, environment: str) -> list[GatewayContract]:
    # Nobody outside is asked for what is only played.
    return [one for one in merchant.contracts if one.environment == environment and not merchant.simulated]


def _ways(
    merchant: MerchantFacts, environment: str, payer: Collection[str]
) -> list[tuple[GatewayContract, OfferedWay]]:
    """The ways of each open contract that need no more of the payer than is known."""
    contracts = _contracts(merchant, environment)
    return [(one, way) for one in contracts for way in one.ways if all(need in payer for need in way.needs)]


def _channels(
    method: PaymentMethod, merchant: MerchantFacts, environment: str, payer: Collection[str]
) -> Mapping[str, Bounds]:
    taken: dict[str, Bounds] = {}
    for _, way in _ways(merchant, environment, payer):
        if way.method == method.name:
            taken.setdefault(way.channel, Bounds(way.minimum_sen, way.maximum_sen))
    if merchant.plays_with(environment):
        # Play money never reaches a real account, nor real money an invented one. A gateway's sandbox plays, too.
        return {**(method.channels if method.simulated else {}), **taken}
    configured = method.configured(Seller(merchant.merchant_id, environment, own_accounts(merchant, method.name)))
    return taken | {channel: bounds for channel, bounds in method.channels.items() if channel in configured}
