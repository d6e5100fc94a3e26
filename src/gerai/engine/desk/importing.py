"""What can be brought into a shop as a file, and what comes of one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal, NamedTuple, Protocol

import msgspec
from msgspec import Meta

from gerai.domain.permissions import Permission
from gerai.engine.desk.export import cell_of, column_of, writer_of
from gerai.engine.desk.fields import example_of, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.lines import Line, LineFault
from gerai.engine.desk.read import fields_of
from gerai.engine.desk.registry import View
from gerai.kit.bilingual import Bilingual
from gerai.kit.discover import discover_modules
from gerai.store.connection import Connection

Became = Literal["added", "changed", "unchanged"]
#: What was made or changed, and how, for the audit.
Noted = Callable[[Sequence[tuple[int, dict[str, Any]]]], Awaitable[None]]


class LateFault(NamedTuple):
    """A row that did not fit any more at the end, and what had been thought to become of it."""

    became: Literal["added", "changed"]
    faults: list[LineFault]


class ImportReport(msgspec.Struct, kw_only=True):
    """What came of a file, or would come of it. ``rows``: those with something in them; ``faulty`` of them do not fit,
    ``faults`` says why (of the first 500 faults). ``applied``: it is done; ``replayed``: it was, under the same
    idempotency key. ``digest``: of the file."""

    rows: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    faulty: int = 0
    faults: list[LineFault] = []
    applied: bool = False
    replayed: bool = False
    digest: str = ""


class ImportAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How a file is brought in. ``dry_run``: nothing is done, and what would come of it is seen; ``per_row``: what fits
    is brought in where other rows do not; else all rows are, or none."""

    dry_run: Annotated[bool, words("Hanya periksa", "Only try it")] = False
    per_row: Annotated[bool, words("Baris yang benar saja", "What fits of it")] = False
    reason: Annotated[Annotated[str, Meta(max_length=500)], words("Alasan", "Reason")] = ""


class ImportJob(Protocol):
    """A file under way, in its transaction."""

    def decide(self, line: Line[Any]) -> Became:
        """What becomes of this row, which is remembered until it is written. Refuses as its act; then nothing of the
        row is remembered."""
        ...

    async def look_at(self, lines: Sequence[Line[Any]]) -> None:
        """Read what the next rows are decided by."""
        ...

    async def write(self) -> list[tuple[int, dict[str, Any]]]:
        """Write what is remembered; returns what was made or changed, and how, for the audit."""
        ...

    def forget(self) -> None:
        """Do not write what is remembered."""
        ...

    async def end(self, noted: Noted, /) -> list[LateFault]:
        """After the last row: what can only be written at once; ``noted`` gets before that what it makes or changes,
        so that nobody waits for rows while the audit is written. Returns what of it does not fit any more."""
        ...


@dataclass(frozen=True)
class Import:
    """Something to bring in. ``line``: a row; ``view``: the list whose file it takes back, and whose further columns
    are passed over. ``reasoned``: it takes a reason, as its act does. ``here``: as of acts."""

    things: str
    permission: Permission
    title: Bilingual
    line: type[msgspec.Struct]
    view: str
    begin: Callable[[Within, Connection], Awaitable[ImportJob]]
    reasoned: bool = False
    here: bool = False

    @property
    def name(self) -> str:
        """As the audit has it."""
        return f"{self.things}.import"


def template(one: Import, kind: str) -> bytes:
    """A file of this kind to fill in: the names of the columns, and a row as it may stand there."""
    fields = fields_of(one.line)
    writer = writer_of(kind, [column_of(field.name) for field in fields])
    example = [cell_of(field.name, example_of(one.line, field.name)) for field in fields]
    return writer.rows([example]) + writer.end()


@cache
def imports() -> dict[str, Import]:
    """All there are, by their things."""
    found: list[Import] = [*discover_modules("gerai.engine.desk.imports", "IMPORT").values()]
    return {one.things: one for one in sorted(found, key=lambda one: one.things)}


def is_brought_back(view: View) -> bool:
    """Whether a file of this list is taken back."""
    return any(one.view == view.name for one in imports().values())
