"""Requests that nobody should send: made from the counters' own documents by changing them until they are wrong."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final, cast
from urllib.parse import quote

import yaml

from gerai.app import DIALECTS
from gerai.demo.shop import DEMOS
from gerai.doors.http.door import Dialect

_DEPTH: Final = 4
_MARK: Final = "\N{LARGE RED CIRCLE}"
#: In place of any value of a body. What JSON cannot say is put in afterwards, at the mark.
_VALUES: Final[tuple[Any, ...]] = (
    None, True, -1, 0, 10**30, -(2**63) - 1, 1e308, 0.1 + 0.2, "", " ", "x" * 70_000, "\0", "\ud800", "\u202e\u0000\n",
    "' OR 1=1 --", "../../etc/passwd", "NaN", "1e999", [], {}, [[]], {"": {"": []}}, ["x"] * 2_000, "０１２",
    "2026-02-30", "9" * 400, {"$ref": "#"}, _MARK,
)  # fmt: skip
_NO_JSON: Final = (b"NaN", b"Infinity", b"-", b"01", b'"\xff\xfe"', b"'x'", b'"\\x00"', b"{]")
_SEGMENTS: Final = (
    "%00", "..%2f..", "-1", str(2**63), "9" * 300, "%ff%fe", "%f0%9f%94%b4", "' OR 1=1", "a" * 5_000, ".", "%2e%2e",
    ";", "null",
)  # fmt: skip
_HEADERS: Final = (
    ("Authorization", "Bearer " + "x" * 5_000), ("Authorization", "Basic %%%"), ("Authorization", "\xff"),
    ("Content-Type", "text/plain"), ("Content-Type", "application/json; charset=utf-16"),
    ("Content-Type", "multipart/form-data"), ("Content-Encoding", "gzip"), ("Content-Encoding", "br"),
    ("Idempotency-Key", "x" * 300), ("Idempotency-Key", "\xe9"), ("Accept", "image/png;q=x"),
    ("Accept-Language", "x" * 2_000 + ";q=-1"), ("X-Discord-User-ID", "-1"), ("Host", "evil.example"),
    ("X-Forwarded-For", "not an address"), ("Range", "bytes=9-1"), ("Cookie", "=;=;\x01"), ("Expect", "200-nothing"),
)  # fmt: skip
#: What people open: no body, and a token in the path.
_PAGES: Final = (
    "/i/{token}",
    "/user/invoice/{code}",
    "/o/{token}",
    "/o/{token}/success",
    "/docs/{token}",
    "/{token}",
    "/metrics",
)


@dataclass(frozen=True)
class HostileRequest:
    """``broken``: no JSON at all, so nothing may come of it."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    broken: bool = False

    def encoded(self) -> bytes:
        """As it goes over the wire."""
        named = {name.lower() for name, _ in self.headers}
        lines = [f"{self.method} {self.target} HTTP/1.1", *(f"{name}: {value}" for name, value in self.headers)]
        lines += [] if "host" in named else ["Host: localhost"]
        lines += [f"Content-Length: {len(self.body)}", "Connection: close", "", ""]
        return "\r\n".join(lines).encode("latin-1", "replace") + self.body


@dataclass(frozen=True)
class _Operation:
    method: str
    path: str
    body: Any
    headers: tuple[tuple[str, str], ...]


def hostile_requests(demo: dict[str, Any], seed: int) -> Iterator[HostileRequest]:
    """Without end, the same ones for the same seed: each counter's operations and the pages, in turns."""
    chance = random.Random(seed)
    sources = [_operations(dialect, demo[dialect.name]) for dialect in DIALECTS if dialect.name in DEMOS]
    sources.append([_Operation("GET", path, None, ()) for path in _PAGES])
    while True:
        for operations in sources:
            yield _spoiled(chance, chance.choice(operations))


def _operations(dialect: Dialect, section: dict[str, Any]) -> list[_Operation]:
    """Every operation of its document, with a body that the document allows, and a key that opens the counter."""
    assert dialect.openapi is not None
    document = yaml.safe_load(dialect.openapi.read_text(encoding="utf-8"))
    headers = tuple(DEMOS[dialect.name].order(section, 0).headers.items())
    prefix = _prefix(document)
    found: list[_Operation] = []
    for path, methods in document["paths"].items():
        for method, facts in methods.items():
            if method in ("get", "post", "put", "patch", "delete"):
                content = _at(document, facts.get("requestBody", {})).get("content", {})
                media = next(iter(content.values()), None)
                body = None if media is None else media.get("example") or _example(document, media["schema"], 0)
                found.append(_Operation(method.upper(), prefix + path, body, headers))
    return found


def _prefix(document: dict[str, Any]) -> str:
    """What a document's addresses have before its paths."""
    address: str = next(iter(document.get("servers", [])), {"url": ""})["url"]
    return "/" + path if (path := address.partition("://")[2].partition("/")[2].strip("/")) else ""


def _at(document: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    """What a reference means."""
    while "$ref" in node:
        found: Any = document
        for name in node["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        node = found
    return node


def _example(document: dict[str, Any], schema: dict[str, Any], depth: int) -> Any:
    """A value that the schema allows, more or less: what follows makes it wrong anyway."""
    schema = _at(document, schema)
    for name in ("example", "const", "default"):
        if name in schema:
            return schema[name]
    if "enum" in schema:
        return schema["enum"][0]
    for name in ("allOf", "oneOf", "anyOf"):
        if name in schema:
            return _example(document, schema[name][0], depth + 1)
    kinds: Any = schema.get("type", "object" if "properties" in schema else "string")
    kind: str = kinds if isinstance(kinds, str) else kinds[0]
    if kind == "object" and depth < _DEPTH:
        return {name: _example(document, part, depth + 1) for name, part in schema.get("properties", {}).items()}
    if kind == "array" and depth < _DEPTH:
        return [_example(document, schema.get("items", {}), depth + 1)]
    values: dict[str, Any] = {"integer": 1, "number": 1.5, "boolean": True, "string": "text"}
    return values.get(kind)


def _spoiled(chance: random.Random, operation: _Operation) -> HostileRequest:
    """One of its requests, wrong in one or two ways."""
    content = b"" if operation.body is None else _json(operation.body)
    request = HostileRequest(operation.method, _target(chance, operation.path), operation.headers, content)
    if content:
        request = replace(request, headers=(*request.headers, ("Content-Type", "application/json")))
    ways: tuple[Callable[[random.Random, _Operation, HostileRequest], HostileRequest], ...]
    ways = (
        (_with_value, _with_value, _with_value, _without_end, _with_header, _with_query)
        if content
        else (_with_header, _with_query)
    )
    request = chance.choice(ways)(chance, operation, request)
    return _with_header(chance, operation, request) if chance.random() < 0.2 else request


def _with_value(chance: random.Random, operation: _Operation, request: HostileRequest) -> HostileRequest:
    """A value somewhere in the body, or its name, or one more, becomes something else."""
    body = _json(_changed(chance, operation.body, chance.choice(_VALUES)))
    marked = json.dumps(_MARK).encode()
    if marked not in body:
        return replace(request, body=body)
    return replace(request, body=body.replace(marked, chance.choice(_NO_JSON), 1), broken=True)


def _without_end(chance: random.Random, operation: _Operation, request: HostileRequest) -> HostileRequest:
    """The body is cut, nested without end, or followed by more."""
    cut = request.body[: chance.randrange(1, len(request.body))]
    return replace(
        request, body=chance.choice((cut, b"[" * 100_000, request.body + b"}", b"\xef\xbb\xbf{")), broken=True
    )


def _with_header(chance: random.Random, operation: _Operation, request: HostileRequest) -> HostileRequest:
    name, value = chance.choice(_HEADERS)
    kept = tuple(each for each in request.headers if each[0].lower() != name.lower())
    return replace(request, headers=(*kept, (name, value)))


def _with_query(chance: random.Random, operation: _Operation, request: HostileRequest) -> HostileRequest:
    names = ("page", "per_page", "limit", "cursor", "sort", "status", "search", "from", "skip", "t", "id[]", "")
    pairs = [f"{chance.choice(names)}={quote(str(chance.choice(_VALUES))[:2_000], errors='replace')}" for _ in range(2)]
    return replace(request, target=f"{request.target}?{'&'.join(pairs)}")


def _target(chance: random.Random, path: str) -> str:
    """The path, with something in each of its places."""
    head, *rest = path.split("{")
    return head + "".join(quote(chance.choice(_SEGMENTS), safe="%;.") + part.partition("}")[2] for part in rest)


def _changed(chance: random.Random, node: Any, value: Any) -> Any:
    """A copy in which one place, anywhere, has this value."""
    if isinstance(node, dict) and node and chance.random() < 0.85:
        entries = cast("dict[str, Any]", node)
        name = chance.choice(list(entries))
        if chance.random() < 0.1:
            return {**entries, f"{name}\0": value}
        return {**entries, name: _changed(chance, entries[name], value)}
    if isinstance(node, list) and node and chance.random() < 0.7:
        return [_changed(chance, node[0], value), *cast("list[Any]", node)[1:]]
    return value


def _json(value: Any) -> bytes:
    # Dates of the documents' examples are dates to YAML.
    return json.dumps(value, default=str, ensure_ascii=True).encode()
