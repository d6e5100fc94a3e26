"""Pages by id, or by moment and id: what a view was asked after, and what to ask for to see what follows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final

from msgspec import Meta

from gerai.domain.refusals import InputInvalid
from gerai.engine.desk.fields import END
from gerai.engine.desk.registry import ViewPage
from gerai.kit.clock import in_reach

#: The id of the last row that was seen; empty: from the beginning.
After = Annotated[str, Meta(pattern=r"^[0-9]{0,18}" + END)]


def paged(rows: Sequence[Any], limit: int) -> ViewPage:
    """The page of ``limit`` rows, of which one more was read: others follow where it is there."""
    shown = rows[:limit]
    return ViewPage(shown, str(shown[-1].id) if len(rows) > limit else "")


#: The moment and the id of the last row that was seen, as :func:`behind` writes them; empty: from the beginning.
AfterMoment = Annotated[str, Meta(pattern=r"^(-?[0-9]{1,17}-[0-9]{1,18})?" + END)]
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def behind(at: datetime, *which: object) -> str:
    """What to ask for to see what stands behind a row of this moment."""
    return "-".join(map(str, ((at - _EPOCH) // timedelta(microseconds=1), *which)))


def moment_of(after: str) -> tuple[datetime, list[str]] | None:
    """The moment in what :func:`behind` made, and what follows it; None: from the beginning. Refuses InputInvalid:
    there is no such moment."""
    if not after:
        return None
    # Of a test clock that stands before 1970 the number is negative.
    micros, *which = after.removeprefix("-").split("-")
    try:
        at = _EPOCH + timedelta(microseconds=-int(micros) if after.startswith("-") else int(micros))
    except OverflowError:
        at = None
    if at is None or not in_reach(at):
        raise InputInvalid({"after": ["there is no such place to go on from"]})
    return at, which


def cut(
    found: Sequence[Any], limit: int, token_of: Callable[[Any], str], went_to: str, row_of: Callable[[Any], Any]
) -> ViewPage:
    """The page of what was found, of which one more than ``limit`` was asked for. ``went_to``: what to ask for where
    fewer were found; empty: there are no more."""
    shown = found[:limit]
    following = token_of(shown[-1]) if len(found) > limit else went_to
    return ViewPage([row_of(one) for one in shown], following)
