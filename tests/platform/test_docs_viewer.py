"""`/docs`: every door's contract, readable without script and without any other host."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import httpx
import pytest
import yaml

from gerai.app import DIALECTS
from gerai.doors.http.docs.manual import manual
from gerai.doors.http.docs.schema import SchemaResolver

DOORS = [dialect.name for dialect in DIALECTS]


class Page(HTMLParser):
    """What a page refers to and the ids it has; fails on a tag that is closed but not open."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.tags: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.add(tag)
        self.ids |= {found["id"] or ""} if "id" in found else set()
        self.links += [value for name, value in attrs if name in ("href", "src") and value]


def document_of(door: str) -> dict[str, Any]:
    openapi = next(d.openapi for d in DIALECTS if d.name == door)
    assert openapi is not None
    return yaml.load(openapi.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


async def test_index_lists_every_door(client: httpx.AsyncClient) -> None:
    """/docs leads to all four manuals, in the reader's language."""
    english = await client.get("/docs", headers={"accept-language": "en-GB,en;q=0.9"})
    indonesian = await client.get("/docs")
    assert (english.status_code, indonesian.status_code) == (200, 200)
    assert "API documentation" in english.text
    assert "Dokumentasi API" in indonesian.text
    for door in DOORS:
        assert f"/docs/{door}" in english.text


@pytest.mark.parametrize("door", DOORS)
async def test_manual_shows_every_operation(client: httpx.AsyncClient, door: str) -> None:
    """Each operation of the document has its place on the page, with a link to it; nothing comes from elsewhere."""
    answer = await client.get(f"/docs/{door}?lang=en")
    assert answer.status_code == 200
    page = Page(answer.text)
    document = document_of(door)
    operations = [
        (p, m) for p, item in document["paths"].items() for m in item if m in ("get", "post", "put", "patch", "delete")
    ]
    for path, method in operations:
        anchor = re.sub(r"[^a-z0-9]+", "-", f"{method} {path}".lower()).strip("-")
        assert anchor in page.ids
        assert f"#{anchor}" in page.links
    assert "script" not in page.tags
    assert [link for link in page.links if link.startswith(("http", "//"))] == []
    assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("door", DOORS)
async def test_document_is_served_as_it_is(client: httpx.AsyncClient, door: str) -> None:
    """openapi.yaml is served byte for byte."""
    answer = await client.get(f"/docs/{door}/openapi.yaml")
    openapi = next(d.openapi for d in DIALECTS if d.name == door)
    assert openapi is not None
    assert (answer.status_code, answer.content) == (200, openapi.read_bytes())
    assert answer.headers["content-type"] == "application/yaml"


async def test_unknown_door_is_not_found(client: httpx.AsyncClient) -> None:
    """There is no manual of a door that does not exist."""
    assert (await client.get("/docs/nodoor")).status_code == 404
    assert (await client.get("/docs/nodoor/openapi.yaml")).status_code == 404


def test_schema_rows() -> None:
    """References, allOf, arrays, limits and nesting become rows a reader understands; a circle ends."""
    document: dict[str, Any] = {
        "components": {
            "schemas": {
                "Item": {
                    "type": "object",
                    "required": ["sku"],
                    "properties": {
                        "sku": {"type": "string", "maxLength": 8},
                        "inside": {"type": "array", "items": {"$ref": "#/components/schemas/Item"}},
                    },
                },
                "Base": {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer", "minimum": 1}}},
            }
        }
    }
    order = {
        "allOf": [
            {"$ref": "#/components/schemas/Base"},
            {
                "properties": {
                    "status": {"enum": ["a", "b"], "type": ["string", "null"], "default": "a"},
                    "items": {"type": "array", "items": {"$ref": "#/components/schemas/Item"}},
                    "at": {"type": "string", "format": "date-time"},
                }
            },
        ]
    }
    rows = [(r.name, r.depth, r.type, r.required) for r in SchemaResolver(document).rows(order)]
    assert rows == [
        ("id", 0, "integer", True),
        ("status", 0, "string or null", False),
        ("items", 0, "array of object", False),
        ("sku", 1, "string", True),
        ("inside", 1, "array of object", False),
        ("at", 0, "string (date-time)", False),
    ]
    by_name = {r.name: r for r in SchemaResolver(document).rows(order)}
    assert (by_name["id"].limits, by_name["sku"].limits) == (("≥ 1",), ("length ≤ 8",))
    assert (by_name["status"].values, by_name["status"].default) == (('"a"', '"b"'), '"a"')


def test_curl_line_of_an_example() -> None:
    """The example command names the base address, the key's header and the example body, quoted for a shell."""
    document: dict[str, Any] = {
        "info": {"title": "T", "version": "1"},
        "security": [{"key": []}],
        "components": {"securitySchemes": {"key": {"type": "http", "scheme": "bearer"}}},
        "paths": {
            "/x": {
                "post": {
                    "requestBody": {"content": {"application/json": {"example": {"a": "it's"}}}},
                    "responses": {"200": {"description": "ok"}},
                }
            }
        },
    }
    (group,) = manual(document, "https://gerai.example").groups
    curl = group.operations[0].curl
    assert curl.startswith("curl -X POST https://gerai.example/x -H 'Authorization: Bearer …' -H 'Content-Type: ")
    assert curl.endswith("""-d '{\n  "a": "it'"'"'s"\n}'""")


def test_a_broken_reference_is_an_error() -> None:
    """A $ref that leads nowhere is found when the manual is made, not shown as an empty table."""
    with pytest.raises(KeyError):
        SchemaResolver({}).follow({"$ref": "#/components/schemas/None"})
