"""The contract with a gateway that somebody means, and the days: by its id, or by its gateway where it has one."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from gerai.cli.names import merchant_named, no_such, one_of
from gerai.cli.terminal import fail
from gerai.domain.records import GatewayContract
from gerai.engine.core import Engine
from gerai.engine.merchants.open import ENVIRONMENTS

WhoseArgument = Annotated[
    str, typer.Argument(metavar="GATEWAY|CONTRACT", help="Its name, or its contract's id (`payments gateways list`).")
]
EnvironmentOption = Annotated[str, typer.Option("--environment", help="sandbox or production.")]
FromOption = Annotated[str, typer.Option("--from", help="The first day, 2026-11-30.")]
ToOption = Annotated[str, typer.Option("--to", help="The last day.")]


async def contract_meant(engine: Engine, merchant: str, name: str, environment: str) -> GatewayContract:
    """The one contract somebody means; an open one before closed ones. Leaves with a clear message when there is none,
    or several."""
    one_of(environment, ENVIRONMENTS, "environment")
    merchant_id = await merchant_named(engine, merchant)
    known = await engine.payouts.contracts(merchant_id)
    by_id = [one for one in known if str(one.contract_id) == name]
    named = [one for one in known if (one.gateway, one.environment) == (name, environment)]
    fit = by_id or [one for one in named if one.closed_at is None] or named
    if not fit:
        mine = [one.gateway for one in known if one.environment == environment]
        no_such(
            f"contract in {environment}", name, [*dict.fromkeys(mine), *(one.contract_id for one in known)],
            "gerai payments gateways list",
        )  # fmt: skip
    if len(fit) > 1:
        fail(f"{name} means several contracts that are closed: name one, {', '.join(str(c.contract_id) for c in fit)}")
    return fit[0]


def read_day(text: str) -> date:
    """``2026-11-30``. Leaves with exit code 2 for anything else."""
    try:
        found = date.fromisoformat(text) if len(text) == len("2026-11-30") else None
    except ValueError:
        found = None
    if found is None or not 2000 <= found.year < 2100:
        fail(f"not a day: {text}; write 2026-11-30", 2)
    return found
