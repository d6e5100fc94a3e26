"""What went wrong with the database, sorted by what may be done about it.

A failed statement is one of five cases: somebody was faster, somebody holds a lock, the server cannot for now, the
statement itself is at fault, or the link broke and nobody knows what became of it.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from psycopg import DatabaseError, Error, OperationalError


class Fault(StrEnum):
    """The values name the reason in the log."""

    #: Somebody else was faster: deciding again is right.
    RACE = "race"
    #: A lock was not had in time, or somebody cancelled the statement.
    LOCKED = "locked"
    #: The statement would fail again.
    REJECTED = "rejected"
    #: The server could not for what was asked, and may be able to for something smaller.
    DISK_FULL = "disk_full"
    OUT_OF_MEMORY = "out_of_memory"
    OUT_OF_RESOURCES = "out_of_resources"
    IO_ERROR = "io_error"
    #: The server does nothing for anybody now.
    READ_ONLY = "read_only"
    TOO_MANY_CONNECTIONS = "too_many_connections"
    STARTING = "starting"
    STOPPING = "stopping"
    #: No connection in time, because all of ours are in use.
    POOL_FULL = "pool_full"
    #: The link broke, or never came: what became of the statement is unknown.
    LOST = "unreachable"


#: Trying the next command at once is of no use.
FOR_EVERYBODY: Final = frozenset(
    {Fault.READ_ONLY, Fault.TOO_MANY_CONNECTIONS, Fault.STARTING, Fault.STOPPING, Fault.LOST, Fault.POOL_FULL}
)
#: Our own mistake, or an answer that the caller must look at; everything else passes by itself.
_FINAL: Final = frozenset({Fault.RACE, Fault.REJECTED})

_BY_STATE: Final = {
    "23505": Fault.RACE,
    "40001": Fault.RACE,
    "40P01": Fault.RACE,
    # The server ended our transaction because we were silent.
    "25P03": Fault.RACE,
    "25P04": Fault.RACE,
    "55P03": Fault.LOCKED,
    "57014": Fault.LOCKED,
    "53100": Fault.DISK_FULL,
    "53200": Fault.OUT_OF_MEMORY,
    "53300": Fault.TOO_MANY_CONNECTIONS,
    "53000": Fault.OUT_OF_RESOURCES,
    "53400": Fault.OUT_OF_RESOURCES,
    "58030": Fault.IO_ERROR,
    "25006": Fault.READ_ONLY,
    "57P01": Fault.STOPPING,
    "57P02": Fault.STOPPING,
    "57P03": Fault.STARTING,
    "57P04": Fault.STOPPING,
    "57P05": Fault.STOPPING,
}
#: A connection that is refused has no code with the driver, only the server's sentence.
_BY_SENTENCE: Final = (
    ("starting up", Fault.STARTING),
    ("recovery mode", Fault.STARTING),
    ("not yet accepting connections", Fault.STARTING),
    ("shutting down", Fault.STOPPING),
    ("too many clients", Fault.TOO_MANY_CONNECTIONS),
    ("too many connections", Fault.TOO_MANY_CONNECTIONS),
    ("connection slots are reserved", Fault.TOO_MANY_CONNECTIONS),
)


class PoolFull(OperationalError):
    """No connection became free in time."""


#: It concerns everybody who asks this server, not one statement.
OF_THE_SERVER: Final = (Fault.LOST, Fault.STOPPING, Fault.STARTING, Fault.LOCKED)


def fault_of(error: Error) -> Fault:
    """Which case it is. Only what the server itself reported, short of a panic, is certain not to have happened; all
    else that broke off is LOST."""
    if isinstance(error, PoolFull):
        return Fault.POOL_FULL
    state = error.sqlstate
    if not state:
        # The driver's own complaints about values are of other classes.
        if type(error) is not DatabaseError and not isinstance(error, OperationalError):
            return Fault.REJECTED
        text = str(error)
        return next((fault for sentence, fault in _BY_SENTENCE if sentence in text), Fault.LOST)
    # Class 08 is what a pooler in between says of a link behind it. A panic may come after the commit was written.
    if state.startswith("08") or error.diag.severity_nonlocalized == "PANIC":
        return Fault.LOST
    return _BY_STATE.get(state, Fault.REJECTED)


def passes(fault: Fault) -> bool:
    """Whether the same request may well succeed later."""
    return fault not in _FINAL
