"""Conditions put together into a WHERE clause. The texts are constants of this package; values travel as parameters."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, LiteralString, cast

from psycopg import sql

from gerai.domain.filters import Scope


def query(text: str) -> sql.SQL:
    """Text made of our own constants, as a statement."""
    return sql.SQL(cast("LiteralString", text))


def listed(words: Iterable[str]) -> str:
    """Words of our own, as what stands in the brackets of an IN."""
    return ", ".join(f"'{word}'" for word in sorted(words))


def in_one_case(texts: Iterable[str]) -> list[str]:
    """The texts as ``lower(… COLLATE "C")`` makes them, letters of ASCII alone: what is compared in any case."""
    return [text.encode().lower().decode() for text in texts]


class Where:
    """Conditions that all must hold, and their parameters in order."""

    def __init__(self, text: str, *values: Any) -> None:
        self._parts = [text]
        self.params: list[Any] = list(values)

    def add(self, text: str, *values: Any) -> Where:
        """Ask for this, too."""
        self._parts.append(text)
        self.params.extend(values)
        return self

    def add_if(self, asked: bool, text: str, *values: Any) -> Where:
        """Ask for this, too, if it is asked for."""
        return self.add(text, *values) if asked else self

    @property
    def text(self) -> str:
        """The clause, with its keyword."""
        return "WHERE " + " AND ".join(self._parts)


def in_scope(scope: Scope, channel: str = "t.channel", member: str = "t.member_id") -> Where:
    """Rows of ``t`` this scope may see; where channel and member stand elsewhere, their columns are named."""
    where = Where(
        f"t.merchant_id = %s AND t.environment = %s AND {channel} = %s",
        scope.merchant_id,
        scope.environment,
        scope.channel,
    )
    return where.add_if(scope.member_id is not None, f"{member} = %s", scope.member_id)
