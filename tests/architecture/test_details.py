"""What a door keeps with an order, a line, a parcel or a member is that door's own: nobody below looks inside."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

SOURCES = Path(__file__).parents[2] / "src" / "gerai"
#: Who carries ``details`` about without knowing what they are.
CARRIERS = ("engine", "store", "worker", "metrics")
#: Operators of PostgreSQL that reach into JSON.
_SQL = re.compile(r"\bdetails\s*(->|#>|@>|\?|\|\||\[)")


def _is_details(node: ast.AST | None) -> bool:
    return (isinstance(node, ast.Attribute) and node.attr == "details") or (
        isinstance(node, ast.Name) and node.id == "details"
    )


def looks_inside(source: str) -> list[int]:
    """Lines that read, test, walk, spread, merge or decode a ``details``, or a SQL text that does."""
    found: list[int] = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Subscript(value=value) | ast.Attribute(value=value) if _is_details(value):
                found.append(node.lineno)
            case ast.Compare(comparators=others) if any(map(_is_details, others)):
                found.append(node.lineno)
            case ast.Dict(keys=keys, values=values):
                spread = (value for key, value in zip(keys, values, strict=True) if key is None)
                found += [value.lineno for value in spread if _is_details(value)]
            case ast.keyword(arg=None, value=value) | ast.Starred(value=value) if _is_details(value):
                found.append(value.lineno)
            case ast.For(iter=value) | ast.comprehension(iter=value) if _is_details(value):
                found.append(value.lineno)
            case ast.BinOp(left=left, right=right) if _is_details(left) or _is_details(right):
                found.append(node.lineno)
            case ast.Call(func=ast.Attribute(attr="convert"), args=[value, *_]) if _is_details(value):
                found.append(node.lineno)
            case ast.Constant(value=str(text)) if _SQL.search(text):
                found.append(node.lineno)
            case _:
                pass
    return found


@pytest.mark.parametrize("folder", CARRIERS)
def test_nobody_below_the_doors_looks_inside_details(folder: str) -> None:
    """They are taken whole from the door and given back whole; what the engine needs of an order is a column."""
    found = {
        str(path.relative_to(SOURCES)): lines
        for path in sorted((SOURCES / folder).rglob("*.py"))
        if (lines := looks_inside(path.read_text(encoding="utf-8")))
    }
    assert found == {}


@pytest.mark.parametrize(
    "code",
    [
        'order.details["noted"]', 'order.details.get("noted", {})', '"noted" in order.details', "{**order.details}",
        "order.details | noted", "[name for name in shipment.details]", "msgspec.convert(order.details, Kind)",
        'details = order.details\ndetails["noted"]', "keep(**member.details)", "f\"SELECT details ->> 'a' FROM {x}\"",
        "for name in line.details: pass", 'del order.details["a"]',
    ],
)  # fmt: skip
def test_every_way_of_looking_is_seen(code: str) -> None:
    """The rule above would notice each of these."""
    assert looks_inside(code)


@pytest.mark.parametrize("code", ["replace(order, details=new)", "Contact(member.details)", "member.details or {}"])
def test_passing_on_is_allowed(code: str) -> None:
    """Whole they may go anywhere."""
    assert looks_inside(code) == []
