"""What a check is, what it finds, and what it is given to look at."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from gerai.engine.installation import Connection, looking
from gerai.kit.clock import unix_s
from gerai.settings import Settings

_SESSION_WITHIN_S: Final = 4.0


class Condition(StrEnum):
    """The values are those of ``--json``."""

    OK = "ok"
    #: A person should look, soon.
    WARN = "warn"
    #: Something does not work.
    FAIL = "fail"
    NOT_CHECKED = "not_checked"


class Ground(StrEnum):
    """What must be there before a check makes sense."""

    NOTHING = "nothing"
    DATABASE = "database"
    #: A database with the tables of this version.
    TABLES = "tables"


@dataclass(frozen=True)
class Advice:
    """What to do, in one sentence, in Bahasa Indonesia and in English."""

    id: str
    en: str


@dataclass(frozen=True)
class Diagnosis:
    """``seen``: one line for people, with figures. ``figures``: the same for machines; units last in their names."""

    state: Condition
    seen: str
    figures: Mapping[str, Any] = field(default_factory=dict[str, Any])
    do: Advice | None = None


def ok(seen: str, **figures: Any) -> Diagnosis:
    """All well."""
    return Diagnosis(Condition.OK, seen, figures)


def warn(seen: str, do: Advice, **figures: Any) -> Diagnosis:
    """A person should look, soon."""
    return Diagnosis(Condition.WARN, seen, figures, do)


def fail(seen: str, do: Advice, **figures: Any) -> Diagnosis:
    """Something does not work."""
    return Diagnosis(Condition.FAIL, seen, figures, do)


def not_checked(why: str, **figures: Any) -> Diagnosis:
    """Nothing is known, and ``why``."""
    return Diagnosis(Condition.NOT_CHECKED, why, figures)


@dataclass(frozen=True)
class Thresholds:
    """From where on a figure is a warning, and a failure. Parts are of one."""

    disk_warn_part: float = 0.10
    disk_warn_bytes: int = 2 << 30
    disk_fail_bytes: int = 512 << 20
    connections_warn_part: float = 0.80
    connections_fail_part: float = 0.95
    skew_warn_s: float = 2.0
    skew_fail_s: float = 30.0
    #: Of what is due and not done.
    late_warn_s: float = 60.0
    late_fail_s: float = 300.0
    lock_wait_s: float = 2.0
    transaction_s: float = 300.0
    unknown_work_s: float = 1800.0
    key_days: int = 14


@dataclass(frozen=True)
class Installation:
    """What is looked at.

    ``settings_fault``: why they could not be read; ``settings`` are the defaults then. ``dsn``: empty when no database
    is known, and ``database_fault`` is the reason. ``home``: where an embedded database lies. ``idle``: nothing else
    runs on this data folder now, so nobody does its work. ``data_option``: what a command needs to work on the same
    folder, such as `` --data shop``. ``is_made``: the folder, if it is one, was made by Gerai. ``now``: this machine's
    clock, in Unix seconds.
    """

    settings: Settings
    settings_fault: str = ""
    dsn: str = ""
    database_fault: str = ""
    folder: Path | None = None
    home: Path | None = None
    idle: bool = False
    data_option: str = ""
    is_made: bool = True
    thresholds: Thresholds = Thresholds()
    now: Callable[[], float] = unix_s

    @property
    def missing(self) -> str:
        """Why nothing can be asked of the database."""
        return "the database does not answer" if self.is_made else "there is no database"

    @asynccontextmanager
    async def asking(self) -> AsyncGenerator[Connection]:
        """A session of its own, with the limits of the settings, that is broken before its check is given up.
        DatabaseError."""
        async with looking(self.dsn, self.settings.database, _SESSION_WITHIN_S) as connection:
            yield connection


@dataclass(frozen=True)
class Check:
    """``name`` is what machines call it; ``title`` what people read. Longer than ``within_s`` it is given up."""

    name: str
    title: str
    look: Callable[[Installation], Awaitable[Diagnosis]]
    needs: Ground = Ground.TABLES
    within_s: float = 5.0
