"""`gerai payments test`: whether a way to pay would work now, without moving money."""

from __future__ import annotations

from typing import Annotated

import typer

from gerai.app import make_desk
from gerai.cli.database import DataOption, SettingsOption
from gerai.cli.gateways import answers
from gerai.cli.names import merchant_named, one_of
from gerai.cli.on_engine import MerchantOption, with_settings
from gerai.cli.terminal import console, fail
from gerai.engine.core import Engine
from gerai.engine.gateways.probe import probed
from gerai.engine.merchants.open import ENVIRONMENTS
from gerai.engine.payments.offered import Offered, offered_channels, require_offered
from gerai.found import FoundPartners
from gerai.ports.gateways import SwitchedOn
from gerai.settings import Settings

#: What is wrong with a contract, and which channels its gateway has switched on, if it says.
_Probed = tuple[str, SwitchedOn | None]


def try_method(
    method: Annotated[str, typer.Argument(metavar="METHOD", help="va, or one channel of it: va:BCA.")],
    environment: Annotated[str, typer.Option(help="Whose orders: sandbox or production.")] = "production",
    merchant: MerchantOption = "",
    data: DataOption = None,
    settings_file: SettingsOption = None,
) -> None:
    """Try a way to pay: its gateway is asked something that moves no money. One sentence for each channel."""
    whose = one_of(environment, ENVIRONMENTS, "environment")
    name, _, channel = method.partition(":")

    async def act(engine: Engine, settings: Settings) -> tuple[list[str], bool]:
        partners = FoundPartners(settings)
        facts = engine.directory.merchant(await merchant_named(engine, merchant))
        methods = partners.payment_methods
        known = offered_channels(methods, facts, whose).get(one_of(name, methods, "method"), {})
        if channel not in ("", *known) or not known:
            offered = ", ".join(f"{name}:{one}" for one in known) or "none of it"
            fail(f"{method} is not offered to {whose} orders; offered: {offered} (gerai payments methods)")
        ways = [require_offered(methods, facts, whose, name, one) for one in known if channel in ("", one)]
        contracts = {way.contract.contract_id: way.contract for way in ways if way.contract is not None}
        async with make_desk(engine, partners, settings) as desk:
            found = {contract_id: await probed(desk, contract) for contract_id, contract in contracts.items()}
        said = [_said(name, way, found) for way in ways]
        return [text for text, _ in said], all(works for _, works in said)

    lines, works = with_settings(act, data, settings_file)
    for line in lines:
        console.line(line)
    if not works:
        raise typer.Exit(1)


def _said(name: str, way: Offered, found: dict[int, _Probed]) -> tuple[str, bool]:
    """One sentence about a way, and whether it would work."""
    called = f"{name}:{way.channel}"
    if way.account is not None:
        return f"{called}: comes into your account {way.account.receiving_id} / masuk ke rekening Anda", True
    if way.contract is None:
        return f"{called}: simulated, no money moves / simulasi, tidak ada uang", True
    (wrong, switched_on), gateway = found[way.contract.contract_id], way.contract.gateway
    if wrong:
        return f"{called}: {wrong}", False
    if switched_on is not None and (name, way.channel) not in switched_on:
        return f"{called}: {gateway} has not switched it on / belum aktif di {gateway}", False
    return f"{called}: {gateway}: {answers(gateway)}", True
