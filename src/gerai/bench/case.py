"""The cases that are measured, and the errors of a measurement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from gerai.domain.records import Environment

#: Members with a key and wallets in the shop of every case.
MEMBERS: Final = 1000
CONNECTIONS: Final = 64
PGBENCH_CLIENTS: Final = 16
PGBENCH_THREADS: Final = 2
#: Linked to the first member of every shop; balance orders must name it.
DISCORD_USER_ID: Final = "1262024148939440249"


class BenchError(Exception):
    """The measurement cannot be made; the text is the reason, for the person at the terminal."""


@dataclass(frozen=True)
class Case:
    """``members``: how many of the shop's members order, each in turn."""

    name: str
    title: str
    environment: Environment
    payment_method: str
    members: int


CASES: Final = {
    case.name: case
    for case in (
        Case("invoice", f"invoice orders, spread over {MEMBERS:,} accounts", "sandbox", "invoice", MEMBERS),
        Case("hot-wallet", "wallet orders, all on one wallet", "production", "balance", 1),
    )
}
