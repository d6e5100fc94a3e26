"""`gerai payments methods`: how a merchant's orders and top-ups can be paid, and who takes the money."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from gerai.cli.database import DataOption, SettingsOption
from gerai.cli.names import merchant_named, one_of
from gerai.cli.on_engine import MerchantOption, on_engine
from gerai.cli.terminal import Grid, console
from gerai.cli.values import read_amount
from gerai.domain.money import display
from gerai.engine.core import Engine
from gerai.engine.merchants.open import ENVIRONMENTS
from gerai.engine.payments.offered import offered_channels, require_offered
from gerai.kit.discover import discover
from gerai.ports.payments import PaymentMethod

_METHODS: Final[dict[str, PaymentMethod]] = discover("gerai.partners.payments", "METHOD")


def show_methods(
    environment: Annotated[str, typer.Option(help="Whose orders: sandbox or production.")] = "production",
    amount: Annotated[str, typer.Option(metavar="RUPIAH", help="Only those that take this amount.")] = "",
    merchant: MerchantOption = "",
    data: DataOption = None,
    settings_file: SettingsOption = None,
) -> None:
    """List how orders and top-ups can be paid, between which amounts, and who takes the money."""
    whose = one_of(environment, ENVIRONMENTS, "environment")
    wanted_sen = read_amount(amount) if amount else None

    async def act(engine: Engine) -> list[tuple[str, ...]]:
        facts = engine.directory.merchant(await merchant_named(engine, merchant))
        found: list[tuple[str, ...]] = []
        for name, channels in offered_channels(_METHODS, facts, whose).items():
            for channel, bounds in channels.items():
                if wanted_sen is None or bounds.hold(wanted_sen):
                    way = require_offered(_METHODS, facts, whose, name, channel)
                    taken = "simulated"
                    if way.account is not None:
                        taken = f"your account {way.account.receiving_id}"
                    elif way.contract is not None:
                        taken = f"{way.contract.gateway} ({way.contract.contract_id})"
                    found.append((name, channel, display(bounds.minimum_sen), display(bounds.maximum_sen), taken))
        return found

    rows = on_engine(act, data, settings_file)
    if not rows:
        console.line("none: gerai payments accounts add, or gerai payments gateways add / belum ada cara bayar")
        return
    grid = Grid("method", "channel", "from", "to", "who takes it", right=("from", "to"))
    for row in rows:
        grid.add(*row)
    console.grid(grid)
