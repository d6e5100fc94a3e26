"""An ``openapi.yaml`` as the viewer shows it: groups of operations with their tables and examples."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass, field, replace
from typing import Any, Final

from gerai.doors.http.docs.schema import Row, SchemaResolver

_METHODS: Final = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Example:
    """``text`` is indented JSON."""

    title: str
    text: str


@dataclass(frozen=True)
class Content:
    """A body: its media type, what it is made of, and what it may look like."""

    media_type: str
    type: str
    rows: list[Row]
    examples: list[Example]


@dataclass(frozen=True)
class Answer:
    """One documented answer; ``family`` is the first digit of its status."""

    status: str
    family: str
    text: str
    headers: list[Row]
    contents: list[Content]


@dataclass(frozen=True)
class Operation:
    """One method of one path. ``parameters`` are pairs of place (path, query, header) and row."""

    anchor: str
    method: str
    path: str
    title: str
    text: str
    parameters: list[tuple[str, Row]]
    body: list[Content]
    answers: list[Answer]
    curl: str


@dataclass(frozen=True)
class Group:
    """Operations under one tag."""

    title: str
    text: str
    operations: list[Operation] = field(default_factory=list[Operation])


@dataclass(frozen=True)
class Manual:
    """A whole document."""

    title: str
    version: str
    text: str
    security: list[tuple[str, str]]
    groups: list[Group]


def manual(document: dict[str, Any], base_url: str) -> Manual:
    """Read a document; example commands go to ``base_url``. KeyError for a ``$ref`` that leads nowhere."""
    reader = _Reader(document, base_url)
    info = document["info"]
    schemes = document.get("components", {}).get("securitySchemes", {})
    return Manual(
        title=info["title"],
        version=str(info["version"]),
        text=info.get("description", ""),
        security=[(_header_of(s), s.get("description", "")) for s in schemes.values()],
        groups=reader.groups(),
    )


class _Reader:
    def __init__(self, document: dict[str, Any], base_url: str) -> None:
        self._document = document
        self._base_url = base_url
        self._resolver = SchemaResolver(document)

    def groups(self) -> list[Group]:
        groups = {t["name"]: Group(t["name"], t.get("description", "")) for t in self._document.get("tags", ())}
        for path, item in self._document["paths"].items():
            for method in _METHODS:
                if method in item:
                    operation: dict[str, Any] = item[method]
                    tag: str = (operation.get("tags") or ["API"])[0]
                    group = groups.setdefault(tag, Group(tag, ""))
                    group.operations.append(self._operation(path, method, operation, item.get("parameters", [])))
        return [group for group in groups.values() if group.operations]

    def _operation(self, path: str, method: str, found: dict[str, Any], shared: list[Any]) -> Operation:
        parameters = [self._parameter(p) for p in [*shared, *found.get("parameters", ())]]
        body = self._contents(self._resolver.follow(found.get("requestBody", {})))
        return Operation(
            anchor=re.sub(r"[^a-z0-9]+", "-", f"{method} {path}".lower()).strip("-"),
            method=method.upper(),
            path=path,
            title=found.get("summary", "") or f"{method.upper()} {path}",
            text=found.get("description", ""),
            parameters=parameters,
            body=body,
            # In order of status, wherever a document has merged in what all its operations share.
            answers=[self._answer(str(status), answer) for status, answer in sorted(found["responses"].items())],
            curl=self._curl(path, method, found, body),
        )

    def _parameter(self, node: Any) -> tuple[str, Row]:
        found = self._resolver.follow(node)
        row = self._resolver.row(found["name"], found.get("schema", {}), required=found.get("required", False))
        return found["in"], replace(row, text=found.get("description", "") or row.text)

    def _answer(self, status: str, node: Any) -> Answer:
        found = self._resolver.follow(node)
        headers: list[Row] = []
        for name, header in found.get("headers", {}).items():
            header = self._resolver.follow(header)
            row = self._resolver.row(name, header.get("schema", {}))
            headers.append(replace(row, text=header.get("description", "")))
        return Answer(status, status[0], found.get("description", ""), headers, self._contents(found))

    def _contents(self, node: dict[str, Any]) -> list[Content]:
        return [
            Content(
                media_type=media_type,
                type=self._resolver.type_of(self._resolver.merged(media.get("schema", {}))),
                rows=self._resolver.rows(media.get("schema", {})),
                examples=self._examples(media),
            )
            for media_type, media in node.get("content", {}).items()
        ]

    def _examples(self, media: dict[str, Any]) -> list[Example]:
        found: list[Example] = []
        if "example" in media:
            found.append(Example("", _pretty(media["example"])))
        for name, example in media.get("examples", {}).items():
            example = self._resolver.follow(example)
            found.append(Example(example.get("summary", name), _pretty(example.get("value"))))
        if not found:
            schema = self._resolver.merged(media.get("schema", {}))
            samples = [schema["example"]] if "example" in schema else schema.get("examples", [])[:1]
            found += [Example("", _pretty(sample)) for sample in samples]
        return found

    def _curl(self, path: str, method: str, found: dict[str, Any], body: list[Content]) -> str:
        words = ["curl", *(["-X", method.upper()] if method != "get" else []), self._base_url + path]
        schemes = self._document.get("components", {}).get("securitySchemes", {})
        wanted: list[dict[str, Any]] = found.get("security", self._document.get("security", []))
        for name in list(wanted[0])[:1] if wanted else ():
            words += ["-H", _header_of(schemes[name])]
        if body and body[0].examples:
            text = body[0].examples[0].text
            words += ["-H", f"Content-Type: {body[0].media_type}", "-d", text]
        return shlex.join(words)


def _header_of(scheme: dict[str, Any]) -> str:
    """How a security scheme looks on the wire."""
    if scheme["type"] == "http":
        return f"Authorization: {scheme['scheme'].title()} …"
    return f"{scheme.get('name', 'Authorization')}: …"


def _pretty(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2, default=str)
