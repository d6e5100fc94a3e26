"""What a case is, and the errors of a measurement. The cases themselves: ``cases.py`` and ``reads.py``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import msgspec

from gerai.domain.records import Environment

#: One for all cases, so that they can share a database; its merchants are simulated, no money is real.
ENVIRONMENT: Final[Environment] = "production"
#: Members with a key and wallets in the shop of every case, and customers of each other counter.
MEMBERS: Final = 1000
CONNECTIONS: Final = 64
PGBENCH_CLIENTS: Final = 16
#: Of a case that reads: what two people wait for at once; more would measure the queue before one process.
READ_CONNECTIONS: Final = 2
PGBENCH_THREADS: Final = 2
#: Linked to the first member of every shop; balance orders must name it.
DISCORD_USER_ID: Final = "1262024148939440249"
#: Digits of a request's number: as many as those of the ids that pgbench writes in its place.
NUMBER_DIGITS: Final = 13


class BenchError(Exception):
    """The measurement cannot be made; the text is the reason, for the person at the terminal."""


class CaseStep(msgspec.Struct, frozen=True):
    """One request. Marks in ``path``, ``body`` and ``contains`` stand for values: ``<n>`` the number of the unit,
    ``<turn>`` whose turn it is (0 … members - 1), ``<value>`` one of the values asked for, or a name of ``keep``:
    what that pattern's group found in the answer of an earlier step.

    ``status``: the answer must have it, and ``contains`` in its body. ``once``: sent with an Idempotency-Key.
    """

    method: str
    path: str
    status: int = 200
    body: str = ""
    content_type: str = "application/json"
    headers: str = ""
    keep: dict[str, str] = {}
    contains: str = ""
    once: bool = False


@dataclass(frozen=True)
class Read:
    """The other side of a case that reads. ``statement``: the best single statement for the same rows, in which ``$1``
    is the value asked for, ``$merchant``, ``$buyer`` and ``$reader`` those of the shop. ``values``: a query for values
    to ask for, with ``%(merchant)s``, ``%(buyer)s`` and ``%(below)s``, below which the stored orders' ids are.
    ``absent``: values that nobody has; then every other request asks for one of them."""

    statement: str
    values: str = ""
    absent: tuple[str, ...] = ()


@dataclass(frozen=True)
class Case:
    """``steps`` are one unit, one after the other on one connection; ``unit`` is what the rate counts. ``members``: how
    many members or customers take turns."""

    name: str
    title: str
    door: str
    steps: tuple[CaseStep, ...]
    unit: Literal["orders", "lives", "reads"] = "orders"
    members: int = MEMBERS
    read: Read | None = None

    @property
    def connections(self) -> int:
        return CONNECTIONS if self.read is None else READ_CONNECTIONS

    @property
    def clients(self) -> int:
        """Sessions of pgbench."""
        return PGBENCH_CLIENTS if self.read is None else READ_CONNECTIONS
