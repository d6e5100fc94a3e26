"""How orders and top-ups can be paid now, and what a way that is not offered needs."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from gerai.engine.desk.fields import words
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import View, ViewPage
from gerai.engine.payments.offered import offered_channels, require_offered
from gerai.kit.bilingual import Bilingual
from gerai.ports.payments import PaymentMethod

Needs = Literal["", "account", "gateway", "account or gateway", "real money"]


class MethodFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``offered``: only what payers can choose now."""

    offered: Annotated[bool, words("Hanya yang ditawarkan", "Only what is offered")] = False


class MethodRow(msgspec.Struct, frozen=True):
    """One way to pay in the desk's environment. ``taken_by``: ``simulated``, an account of the shop's own or a gateway,
    with its id; ``needs``: what is missing where it is not offered (``real money``: it cannot be played); ``gateways``:
    those of this installation that have it."""

    method: Annotated[str, words("Metode", "Method")]
    channel: Annotated[str, words("Kanal", "Channel")]
    offered: Annotated[bool, words("Ditawarkan", "Offered")]
    minimum_sen: Annotated[int, words("Paling sedikit", "At least")]
    maximum_sen: Annotated[int, words("Paling banyak", "At most")]
    taken_by: Annotated[str, words("Diterima oleh", "Taken by")]
    needs: Annotated[Needs, words("Yang kurang", "What is missing")]
    gateways: Annotated[tuple[str, ...], words("Gateway yang punya", "Gateways that have it")]


async def run(within: Within, wanted: MethodFilter) -> ViewPage:
    """By method, as each lists its channels."""
    methods, merchant, environment = within.house.payment_methods, within.merchant, within.environment
    offered = offered_channels(methods, merchant, environment)
    rows: list[MethodRow] = []
    for name, method in methods.items():
        here = offered.get(name, {})
        for channel, usual in method.channels.items():
            if channel not in here and wanted.offered:
                continue
            bounds = here.get(channel, usual)
            rows.append(
                MethodRow(
                    name, channel, channel in here, bounds.minimum_sen, bounds.maximum_sen,
                    _taken_by(within, name, channel) if channel in here else "",
                    "" if channel in here else _needs(within, method, channel), _gateways(within, name, channel),
                )
            )  # fmt: skip
    return ViewPage(rows)


def _taken_by(within: Within, method: str, channel: str) -> str:
    way = require_offered(within.house.payment_methods, within.merchant, within.environment, method, channel)
    if way.account is not None:
        return f"account {way.account.receiving_id}"
    return "simulated" if way.contract is None else f"{way.contract.gateway} {way.contract.contract_id}"


def _needs(within: Within, method: PaymentMethod, channel: str) -> Needs:
    if within.merchant.plays_with(within.environment):
        return "real money"
    at_gateway = bool(_gateways(within, method.name, channel))
    if method.own_account is not None:
        return "account or gateway" if at_gateway else "account"
    return "gateway"


def _gateways(within: Within, method: str, channel: str) -> tuple[str, ...]:
    known = within.house.gateways.gateways
    return tuple(name for name, gateway in known.items() if (method, channel) in gateway.channels)


VIEW = View(
    "methods.list", "settings:read", Bilingual("Cara bayar", "Ways to be paid"), MethodFilter, MethodRow, run
)  # fmt: skip
