"""What PostgreSQL does for a statement: the statements that the store's functions really send, explained."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Generator
from dataclasses import dataclass
from typing import Any

from psycopg import AsyncConnection, AsyncCursor, ClientCursor, Connection
from psycopg.sql import Composable

#: Executions after which PostgreSQL may keep one plan for any values; psycopg prepares what comes that often.
_CUSTOM_PLANS = 5


@dataclass(frozen=True)
class Statement:
    """A statement with $1, $2 … and the values it was sent with."""

    text: str
    values: tuple[Any, ...]


def numbered(text: str, values: Any) -> Statement:
    """From psycopg's placeholders: in order (``%s``, ``%b``) or by name."""
    found: list[Any] = []

    def place(match: re.Match[str]) -> str:
        if match[0] == "%%":
            return "%"
        name = match[1]
        found.append(values[len(found)] if name is None else values[name])
        return f"${len(found)}"

    return (
        Statement(re.sub(r"%%|%(?:\((\w+)\))?[sbt]", place, text), ())
        if not values
        else Statement(re.sub(r"%%|%(?:\((\w+)\))?[sbt]", place, text), tuple(found))
    )


class _Recorder(AsyncCursor[Any]):
    """Notes what is executed on its connection."""

    async def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        text = query.as_string(self) if isinstance(query, Composable) else query
        if re.match(r"\s*(SELECT|UPDATE|DELETE|INSERT|WITH|\()", text):
            RECORDED.append(numbered(text, params or ()))
        return await super().execute(query, params, **options)


RECORDED: list[Statement] = []


async def sent_by(dsn: str, call: Callable[[AsyncConnection], Awaitable[object]]) -> list[Statement]:
    """The statements a function sends. What it writes is rolled back."""
    RECORDED.clear()
    async with await AsyncConnection.connect(dsn, cursor_factory=_Recorder) as connection:
        await call(connection)
        await connection.rollback()
    return list(RECORDED)


@dataclass(frozen=True)
class Plan:
    """``buffers``: pages looked at, of the dearer of two executions: the first, and one late enough for a plan that is
    kept. ``scanned``: rows read of tables that were read from their beginning, until there was enough."""

    buffers: int
    scanned: dict[str, int]
    text: str


def explain(connection: Connection, statement: Statement) -> Plan:
    """Prepare and execute it as the server would come to do; nothing stays written."""
    with ClientCursor(connection) as cursor, connection.transaction(force_rollback=True):
        execute = "EXECUTE wanted" + (f" ({', '.join(['%s'] * len(statement.values))})" if statement.values else "")
        cursor.execute(f"PREPARE wanted AS {statement.text}".replace("%", "%%"), ())
        try:
            plans = [_explained(cursor, execute, statement.values)]
            for _ in range(_CUSTOM_PLANS):
                with connection.transaction(force_rollback=True):
                    cursor.execute(execute, statement.values)
            plans.append(_explained(cursor, execute, statement.values))
        finally:
            connection.execute("DEALLOCATE wanted")
    return max(plans, key=lambda plan: (sum(plan.scanned.values()), plan.buffers))


def _explained(cursor: ClientCursor[Any], execute: str, values: tuple[Any, ...]) -> Plan:
    with cursor.connection.transaction(force_rollback=True):
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {execute}", values)
        [(explained,)] = cursor.fetchall()
    [found] = json.loads(explained) if isinstance(explained, str) else explained
    root = found["Plan"]
    scanned: dict[str, int] = {}
    for node in _nodes(root):
        if node["Node Type"] == "Seq Scan":
            read = (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
            scanned[node["Relation Name"]] = scanned.get(node["Relation Name"], 0) + round(read)
    return Plan(root["Shared Hit Blocks"] + root["Shared Read Blocks"], scanned, json.dumps(root, indent=1))


def _nodes(node: dict[str, Any]) -> Generator[dict[str, Any]]:
    yield node
    for part in node.get("Plans", []):
        yield from _nodes(part)
