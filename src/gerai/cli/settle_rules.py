"""`gerai payments gateways settle-rule`: when the money of a way to pay is expected."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from gerai.cli.at_desk import EnvironmentOption
from gerai.cli.contract_names import WhoseArgument, contract_meant
from gerai.cli.database import DataOption, SettingsOption
from gerai.cli.names import no_such
from gerai.cli.on_engine import MerchantOption, on_engine
from gerai.cli.terminal import Grid, console, fail
from gerai.cli.values import read_pairs
from gerai.domain.records import GatewayContract
from gerai.domain.settlement import RULE_FORM, RULE_PARTS, read_rule
from gerai.engine.core import Engine
from gerai.engine.gateways.contracts import change_rule

WHO_SAYS: Final = {"documented": "the gateway says so", "assumed": "assumed: see your contract", "yours": "yours"}


def settle_rule(
    whose: WhoseArgument,
    way: Annotated[str, typer.Argument(metavar="[WAY]", help="The way to pay, as va:BCA.")] = "",
    said: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME=VALUE...]", help=f"When its money comes: {RULE_FORM}.")
    ] = None,
    environment: EnvironmentOption = "production",
    merchant: MerchantOption = "",
    data: DataOption = None,
    settings_file: SettingsOption = None,
) -> None:
    """Set when money that was paid so is expected; without a rule, show when it is."""
    if way and not said:
        fail(f"when does its money come? {RULE_FORM}", 2)
    try:
        rule = read_rule(read_pairs(said, "NAME=VALUE", RULE_FORM, RULE_PARTS)) if said else None
    except ValueError as error:
        fail(str(error), 2)

    async def act(engine: Engine) -> GatewayContract:
        contract, _ = await contract_meant(engine, merchant, whose, environment)
        if rule is None:
            return contract
        ways = [f"{one.method}:{one.channel}" for one in contract.ways]
        if way not in ways:
            no_such("way to pay", way, ways, "gerai payments gateways list")
        method, _, channel = way.partition(":")
        await change_rule(engine, contract.merchant_id, contract.contract_id, (method, channel), rule)
        return contract

    contract = on_engine(act, data, settings_file)
    if rule is not None:
        console.line(f"{way}: {rule}; what waits now, too / berlaku juga untuk yang masih menunggu")
        return
    grid = Grid("way", "money comes", "who says so")
    for one in contract.ways:
        grid.add(f"{one.method}:{one.channel}", str(one.settles), WHO_SAYS[one.settles.source])
    console.grid(grid)
