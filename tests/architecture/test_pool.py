"""The pool of connections is the engine's own: who stands above it asks for what it wants to know."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

SOURCES = Path(__file__).parents[2] / "src" / "gerai"
_POOL_NAMES = {"Pool", "AsyncConnectionPool", "psycopg_pool"}


def takes_a_connection(source: str) -> list[int]:
    """Lines that take a connection from somebody's pool, name the pool, or reach for another object's."""
    found: list[int] = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Attribute(attr="connection" | "getconn")):
                found.append(node.lineno)
            case ast.Attribute(attr="_pool", value=owner) if not (isinstance(owner, ast.Name) and owner.id == "self"):
                found.append(node.lineno)
            case ast.ImportFrom(module=module, names=names):
                if {module, *(alias.name for alias in names)} & _POOL_NAMES:
                    found.append(node.lineno)
            case ast.Import(names=names) if {alias.name for alias in names} & _POOL_NAMES:
                found.append(node.lineno)
            case _:
                pass
    return found


def test_only_the_engine_takes_connections_of_its_pool() -> None:
    """Nothing outside ``engine/`` calls ``engine.connection()`` or names the pool of ``store/pool.py``."""
    found = {
        name: lines
        for path in sorted(SOURCES.rglob("*.py"))
        if not (name := path.relative_to(SOURCES).as_posix()).startswith("engine/")
        if (lines := takes_a_connection(path.read_text(encoding="utf-8")))
    }
    assert found == {}


@pytest.mark.parametrize(
    "code",
    [
        "async with engine.connection() as connection: pass", "ctx.services.engine.connection(3)", "engine._pool",
        "from gerai.store.pool import Pool, PoolLimits", "from psycopg_pool import AsyncConnectionPool",
        "import psycopg_pool",
    ],
)  # fmt: skip
def test_every_way_to_the_pool_is_seen(code: str) -> None:
    """The rule above would notice each of these."""
    assert takes_a_connection(code.replace("async with", "async def _() -> None:\n    async with"))
