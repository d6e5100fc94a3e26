"""The contract with a gateway that somebody means, and the days: by its id, or by its gateway where it has one."""

from __future__ import annotations

from datetime import date
from typing import Annotated, NamedTuple

import typer

from gerai.cli.names import merchant_named, no_such, one_of
from gerai.cli.terminal import fail
from gerai.domain.records import GatewayContract
from gerai.engine.core import Engine
from gerai.engine.merchants.open import ENVIRONMENTS

WhoseArgument = Annotated[
    str, typer.Argument(metavar="GATEWAY|CONTRACT", help="Its name, or its contract's id (`payments gateways list`).")
]
PayerArgument = Annotated[
    str,
    typer.Argument(
        metavar="GATEWAY|CONTRACT|ACCOUNT",
        help="Its name as the list has it, `qris` for your own code, or the id of a contract or account.",
    ),
]
FromOption = Annotated[str, typer.Option("--from", help="The first day, 2026-11-30.")]
ToOption = Annotated[str, typer.Option("--to", help="The last day.")]


class MeantContract(NamedTuple):
    """``ids``: of all contracts with its gateway that are meant, its own first: keys are changed by closing one and
    opening another, and the gateway pays out for both."""

    contract: GatewayContract
    ids: tuple[int, ...]


async def contract_meant(engine: Engine, merchant: str, name: str, environment: str) -> MeantContract:
    """What somebody means: the contract with this id alone, or the newest one with this gateway, an open one before
    closed ones, with all others. Leaves with a clear message when there is none."""
    one_of(environment, ENVIRONMENTS, "environment")
    merchant_id = await merchant_named(engine, merchant)
    known = await engine.payouts.contracts(merchant_id)
    if by_id := [one for one in known if str(one.contract_id) == name]:
        return MeantContract(by_id[0], (by_id[0].contract_id,))
    named = [one for one in known if (one.gateway, one.environment) == (name, environment)]
    if not named:
        mine = [one.gateway for one in known if one.environment == environment]
        no_such(
            f"contract in {environment}", name, [*dict.fromkeys(mine), *(one.contract_id for one in known)],
            "gerai payments gateways list",
        )  # fmt: skip
    named.sort(key=lambda one: (one.closed_at is None, one.contract_id), reverse=True)
    return MeantContract(named[0], tuple(one.contract_id for one in named))


def read_day(text: str) -> date:
    """``2026-11-30``. Leaves with exit code 2 for anything else."""
    try:
        found = date.fromisoformat(text) if len(text) == len("2026-11-30") else None
    except ValueError:
        found = None
    if found is None or not 2000 <= found.year < 2100:
        fail(f"not a day: {text}; write 2026-11-30", 2)
    return found
