"""What the rights matrix is made of: operations as they are served, requests, ids that nobody has, words that must not
be seen, and what is stored."""

from __future__ import annotations

import base64
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import httpx
import yaml

from gerai.doors.http.door import Dialect
from gerai.engine.core import Engine

METHODS = ("get", "put", "post", "delete", "patch")
_WORD = re.compile(r"[A-Za-z0-9_-]{6,}")
#: Plain words are nobody's secret, nor are times and short numbers, which may be the same by chance.
_ANYBODYS = re.compile(r"[A-Za-z]?[a-z_-]*|[A-Z_-]*|\d{1,6}Z?|1[789]\d{8}|\d{4}-\d\d-\d\d.*")
_PART = re.compile(r"\{(\w+)\}")
_REQUEST_ID = re.compile(r'("(?:traceId|request_id)"\s*:\s*)"[^"]*"')
#: Of an answer's headers, those that another request may have otherwise.
_VARYING = ("x-request-id", "date", "content-length", "x-ratelimit")


# --- what is served ------------------------------------------------------------------------


@dataclass(frozen=True)
class Operation:
    """One operation of a served document. ``query``: the names of its query parameters."""

    dialect: Dialect
    method: str
    path: str
    query: tuple[str, ...]
    public: bool
    statuses: frozenset[str]
    example: Any

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def parts(self) -> list[str]:
        """What the path names."""
        return _PART.findall(self.path)

    def prefix(self, part: str) -> str:
        """The path up to and with this part."""
        return self.path[: self.path.index("{" + part + "}") + len(part) + 2]


def operations(dialect: Dialect, document: str) -> list[Operation]:
    """Every operation of a document, short paths first."""
    whole = yaml.load(document, Loader=yaml.CSafeLoader)

    def resolved(node: Any) -> Any:
        while "$ref" in node:
            target = whole
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part.replace("~1", "/").replace("~0", "~")]
            node = target
        return node

    found: list[Operation] = []
    for path, item in whole["paths"].items():
        for method in METHODS:
            if method not in item:
                continue
            spec = resolved(item[method])
            given = [resolved(parameter) for parameter in [*item.get("parameters", []), *spec.get("parameters", [])]]
            body = resolved(spec["requestBody"])["content"] if "requestBody" in spec else {}
            found.append(
                Operation(
                    dialect, method.upper(), path,
                    tuple(parameter["name"] for parameter in given if parameter["in"] == "query"),
                    # Open to everybody, or also to whoever has no key.
                    (security := spec.get("security", whole.get("security"))) == [] or {} in security,
                    frozenset(spec["responses"]),
                    body.get("application/json", {}).get("example"),
                )
            )  # fmt: skip
    return sorted(found, key=lambda operation: operation.path.count("/"))


# --- requests ------------------------------------------------------------------------------


class Call(NamedTuple):
    """A request without its key."""

    operation: Operation
    values: Mapping[str, str] = {}
    body: Any = None
    query: Mapping[str, str] = {}

    @property
    def path(self) -> str:
        return _PART.sub(lambda part: self.values[part[1]], self.operation.path)

    @property
    def words(self) -> set[str]:
        """Every word of the request."""
        return words(json.dumps([self.path, self.body, dict(self.query)]))

    def forged(self, hidden: frozenset[str]) -> Call:
        """The same about things that nobody has: every id of the path, and what of the body is ``hidden``."""
        return Call(
            self.operation,
            {name: forged(value, hidden) for name, value in self.values.items()},
            _forged_body(self.body, hidden),
            {name: forged(value, hidden) if words(value) & hidden else value for name, value in self.query.items()},
        )


def _forged_body(node: Any, hidden: frozenset[str]) -> Any:
    if isinstance(node, dict):
        return {name: _forged_body(value, hidden) for name, value in node.items()}
    if isinstance(node, list):
        return [_forged_body(value, hidden) for value in node]
    if isinstance(node, str | int) and not isinstance(node, bool) and words(str(node)) & hidden:
        return type(node)(forged(str(node), hidden))
    return node


def forged(value: str, hidden: frozenset[str] = frozenset()) -> str:
    """A value of the same form that nobody has: its last six letters and digits are others."""
    for step in range(1, 9):
        changed = _turned(value, step)
        if changed != value and not words(changed) & hidden:
            return changed
    raise AssertionError(f"cannot forge {value}")


def _turned(value: str, step: int) -> str:
    """Digits stay digits, hexadecimal letters stay such, cases stay."""
    letters, left = list(value), 6
    for position in range(len(letters) - 1, -1, -1):
        if not left or not letters[position].isalnum():
            continue
        letters[position], left = _next(letters[position], step), left - 1
    return "".join(letters)


def _next(letter: str, step: int) -> str:
    if letter.isdigit():
        return str((int(letter) + step) % 9 + 1)
    for alphabet in ("abcdef", "ABCDEF"):
        if letter in alphabet:
            return alphabet[(alphabet.index(letter) + step) % 6]
    return chr(ord("G" if letter.isupper() else "g") + (ord(letter.lower()) - ord("g") + step) % 20)


def with_key(headers: Mapping[str, str], old: str, new: str | None) -> dict[str, str]:
    """What a client sends, with another key in place of its own, however the contract writes it; None: without."""

    def basic(key: str) -> str:
        return base64.b64encode(f"{key}:".encode()).decode()

    found = {n: v for n, v in headers.items() if old in v or basic(old) in v}
    others = {name: value for name, value in headers.items() if name not in found}
    if new is None:
        return others
    return others | {n: v.replace(old, new).replace(basic(old), basic(new)) for n, v in found.items()}


# --- answers -------------------------------------------------------------------------------


def words(text: str) -> set[str]:
    """Every word of a text that is long enough to be somebody's."""
    return {word for word in _WORD.findall(text) if not _ANYBODYS.fullmatch(word)}


def seen_in(answer: httpx.Response) -> set[str]:
    """Every word of an answer, headers too."""
    shown = [f"{name} {value}" for name, value in answer.headers.items() if not name.startswith("x-ratelimit")]
    return words(answer.text) | words("\n".join(shown))


def as_told(answer: httpx.Response, call: Call) -> tuple[int, str, list[tuple[str, str]]]:
    """The answer without what differs from one request to the next, and without what the request itself named."""
    text = _REQUEST_ID.sub(r'\1"-"', answer.text)
    given = [*call.values.values(), *call.query.values(), *(str(value) for _, value in leaves(call.body))]
    for value in sorted({value for value in given if len(value) > 3}, key=len, reverse=True):
        text = text.replace(value, "<given>").replace(value.lower(), "<given>")
    headers = [(n, v) for n, v in answer.headers.items() if not n.startswith(_VARYING)]
    return answer.status_code, text, sorted(headers)


def leaves(node: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Every value of a decoded body, with the name it stands under."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from leaves(value, key)
    elif isinstance(node, list):
        for value in node:
            yield from leaves(value, name)
    elif node is not None:
        yield name, node


# --- what is stored ------------------------------------------------------------------------


@dataclass(frozen=True)
class Stored:
    """The rows of some merchants, by table, as JSON; jobs by the merchant they are about."""

    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict[str, list[dict[str, Any]]])

    def counted(self) -> dict[str, Counter[str]]:
        """For comparing: which rows there are."""
        return {table: Counter(json.dumps(row, sort_keys=True) for row in rows) for table, rows in self.rows.items()}

    def words(self, *tables: str) -> set[str]:
        """Every word in the rows of all tables, or of these."""
        return {w for table in tables or self.rows for row in self.rows[table] for w in words_of(row)}


def words_of(row: Mapping[str, Any]) -> set[str]:
    """Every word of a row; amounts in sen also as the rupiah they are."""
    found = words(json.dumps({name: value for name, value in row.items() if not name.endswith(("_at", "_sha256"))}))
    rupiah = {str(value // 100) for name, value in leaves(row) if name.endswith(("_sen", "_posted", "_pending"))}
    return found | {word for number in rupiah for word in words(number)}


async def stored(engine: Engine, *merchant_ids: int) -> Stored:
    """What is stored of these merchants."""
    found: dict[str, list[dict[str, Any]]] = {}
    async with engine.connection() as connection:
        cursor = await connection.execute(
            "SELECT table_name FROM information_schema.columns WHERE column_name = 'merchant_id' "
            "AND table_schema = current_schema() ORDER BY 1"
        )
        for (table,) in await cursor.fetchall():
            rows = await connection.execute(
                f"SELECT to_jsonb(t) FROM {table} t WHERE merchant_id = ANY(%s)",  # type: ignore[arg-type]
                [list(merchant_ids)],
            )
            found[table] = [row for (row,) in await rows.fetchall()]
        rows = await connection.execute(
            "SELECT args FROM procrastinate_jobs WHERE (args ->> 'merchant_id')::int8 = ANY(%s)", [list(merchant_ids)]
        )
        found["procrastinate_jobs"] = [row for (row,) in await rows.fetchall()]
    return Stored(found)
