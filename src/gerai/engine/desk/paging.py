"""Pages by id: what a view was asked after, and what to ask for to see what follows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from msgspec import Meta

from gerai.engine.desk.fields import END
from gerai.engine.desk.registry import ViewPage

#: The id of the last row that was seen; empty: from the beginning.
After = Annotated[str, Meta(pattern=r"^[0-9]{0,18}" + END)]


def paged(rows: Sequence[Any], limit: int) -> ViewPage:
    """The page of ``limit`` rows, of which one more was read: others follow where it is there."""
    shown = rows[:limit]
    return ViewPage(shown, str(shown[-1].id) if len(rows) > limit else "")
