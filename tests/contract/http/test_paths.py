"""Paths as clients really write them, through every door: slashes, case, other methods, and what is served later."""

from __future__ import annotations

import json

import httpx
import pytest
from http_kit import Accepted, accepted

from gerai.app import DIALECTS, PAGES
from gerai.domain.refusals import PathUnknown
from gerai.doors.http.door import Dialect
from gerai.engine.core import Engine

every_door = pytest.mark.parametrize("dialect", DIALECTS, ids=lambda d: d.name)
#: Whole addresses: a path that begins with two slashes would name a host.
HERE = "http://gerai.test"
LATER = "/what/comes/later/on"
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def assert_not_found(dialect: Dialect, answer: httpx.Response) -> None:
    """404 in the door's own envelope: the keys of its answer to an unknown path."""
    assert answer.status_code == 404, answer.text
    assert answer.headers["content-type"] == "application/json"
    assert answer.json().keys() == own_envelope(dialect)


def own_envelope(dialect: Dialect) -> set[str]:
    return set(json.loads(bytes(dialect.refuse(PathUnknown("/x"), "request-1").body)))


@every_door
@pytest.mark.parametrize("method", METHODS)
async def test_everything_under_a_doors_prefixes_is_its_own(
    client: httpx.AsyncClient, dialect: Dialect, method: str
) -> None:
    """Each prefix, bare or deeper, in any case: 404 in the envelope; no page, no redirect, no 405 in HTML."""
    for prefix in dialect.prefixes:
        for path in (f"{prefix}{LATER}", f"{prefix.upper()}{LATER}", f"/{prefix}{LATER}"):
            assert_not_found(dialect, await client.request(method, f"{HERE}{path}"))


@pytest.mark.parametrize(
    ("path", "door"),
    [
        ("/disbursements", "durianpay"),
        ("/v1/disbursements/bulk", "durianpay"),
        ("/settlements/details", "durianpay"),
        ("/invoices", "durianpay"),
        ("/subscriptions", "durianpay"),
        ("/ewallet/account/bind", "durianpay"),
        ("/va", "durianpay"),
        ("/v1.0/access-token/b2b", "durianpay"),
        ("/v2/order", "scalev"),
        ("/API/order", "cekceir"),
        ("/Api/Services", "cekceir"),
        ("/API/V1/me", "leuwongrr"),
        ("/api/V1/me", "leuwongrr"),
        ("/V1/orders", "durianpay"),
        ("/ORDERS", "durianpay"),
        ("/V3/orders", "scalev"),
    ],
)
@pytest.mark.parametrize("method", METHODS)
async def test_later_routes_and_wrong_case(client: httpx.AsyncClient, method: str, path: str, door: str) -> None:
    """What a contract has and we do not serve yet, and paths in the wrong case, are the door's own 404."""
    assert_not_found(next(d for d in DIALECTS if d.name == door), await client.request(method, path))


@every_door
async def test_one_trailing_slash_and_leading_ones(client: httpx.AsyncClient, dialect: Dialect, engine: Engine) -> None:
    """A base address that ends in a slash, and a path that does, change nothing: the request itself is answered."""
    asked: Accepted = await accepted(dialect, engine)
    for path in (f"{asked.path}/", f"/{asked.path}", f"//{asked.path}/"):
        answer = await client.post(f"{HERE}{path}", headers=asked.headed(), content=asked.json)
        assert answer.status_code == asked.status, path
    reading = next(r.path for r in dialect.routes if r.method == "GET" and "{" not in r.path)
    plain = await client.get(reading, headers=asked.headed())
    for path in (f"{reading}/", f"/{reading}", f"//{reading}/"):
        assert (await client.get(f"{HERE}{path}", headers=asked.headed())).status_code == plain.status_code, path


@every_door
@pytest.mark.parametrize("slashes", ["//", "///"])
async def test_doubled_slashes_are_one(
    client: httpx.AsyncClient, dialect: Dialect, engine: Engine, slashes: str
) -> None:
    """Wherever they stand, before the door is chosen: a part of the base address joined carelessly leads to the same
    request and no other door's refusal. A path that has none is not found in this door's own envelope."""
    asked = await accepted(dialect, engine)
    doubled = slashes + asked.path.lstrip("/").replace("/", slashes)
    answer = await client.post(f"{HERE}{doubled}", headers=asked.headed(), content=asked.json)
    assert answer.status_code == asked.status, answer.text
    reading = next(r.path for r in dialect.routes if r.method == "GET" and "{" not in r.path)
    plain = await client.get(reading)
    split = await client.get(f"{HERE}{reading.replace('/', slashes)}")
    assert (split.status_code, split.json().keys()) == (plain.status_code, plain.json().keys())
    assert_not_found(dialect, await client.get(f"{HERE}{dialect.prefixes[0]}{slashes}what{slashes}comes"))


@pytest.mark.parametrize("path", ["/api//v1/health", "//api/v1//health", "/api///v1/health"])
async def test_doubled_slashes_do_not_change_the_door(client: httpx.AsyncClient, path: str) -> None:
    """`/api//v1` is LeuwongRR's `/api/v1`, and not Cek Ceir's `/api`."""
    answer = await client.get(f"{HERE}{path}")
    assert (answer.status_code, answer.json()["success"]) == (200, True)


@pytest.mark.parametrize(
    "path",
    [
        "/api//%2e%2e//admin//v1",
        "/x//%2e%2e/api/v1/health",
        "/api/v1//%2e//health",
        "/api/v1//%2e%2e//v1/health",
        "//evil.example/%2e%2e",
    ],
)
async def test_no_part_of_a_path_is_taken_away(client: httpx.AsyncClient, path: str) -> None:
    """Slashes alone are joined: dots lead nowhere, and nothing is redirected."""
    assert (await client.get(f"{HERE}{path}")).status_code == 404


@every_door
async def test_two_trailing_slashes_are_another_path(
    client: httpx.AsyncClient, dialect: Dialect, engine: Engine
) -> None:
    """Tolerance ends after one; nothing is made."""
    asked = await accepted(dialect, engine)
    assert_not_found(dialect, await client.post(f"{asked.path}//", headers=asked.headed(), content=asked.json))


@every_door
async def test_head_and_options(client: httpx.AsyncClient, dialect: Dialect) -> None:
    """HEAD is GET without a body; OPTIONS names the methods; both know which paths exist; neither needs a key to."""
    reading = next(r.path for r in dialect.routes if r.method == "GET" and "{" not in r.path)
    methods = {r.method for r in dialect.routes if r.path == reading}
    expected = ", ".join(sorted(methods | {"HEAD", "OPTIONS"}))

    head, get = await client.head(reading), await client.get(reading)
    options = await client.options(reading)
    delete = await client.delete(reading)
    nowhere = await client.options(f"{dialect.prefixes[0]}{LATER}")

    assert head.status_code == get.status_code
    assert (options.status_code, options.headers["allow"], options.content) == (204, expected, b"")
    assert (delete.status_code, delete.headers["allow"]) == (405, expected)
    assert delete.headers["content-type"] == "application/json"
    assert_not_found(dialect, nowhere)


@pytest.mark.parametrize("method", [*METHODS, "OPTIONS"])
async def test_unknown_addresses_are_a_page(client: httpx.AsyncClient, method: str) -> None:
    """What no door owns is the 404 page in the reader's language, whatever the method; a known one is 405."""
    answer = await client.request(method, "/nothing/here", headers={"accept-language": "en"})
    known = await client.request("DELETE", "/")

    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert "Page not found" in answer.text
    assert known.status_code == 405
    assert "{rest:path}" not in {route.path for route in PAGES.routes}
