"""What a query asks for is answered or refused by name, in every list of every door."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from http_kit import accepted

from gerai.app import DIALECTS
from gerai.engine.core import Engine

#: Lists with one of their parameters, two values it may have, and how its door refuses.
LISTS = [
    ("scalev", "/v3/orders", "status", ("pending", "canceled"), 400),
    ("scalev", "/v3/orders", "payment_status", ("paid", "unpaid"), 400),
    ("scalev", "/v3/orders", "store_id", ("1", "2"), 400),
    ("scalev", "/v3/orders", "page_size", ("5", "6"), 400),
    ("scalev", "/v3/locations", "search", ("bandung", "jakarta"), 400),
    ("cekceir", "/api/order", "status", ("completed", "failed"), 422),
    ("cekceir", "/api/order", "created_from", ("2026-01-01", "2026-02-01"), 422),
    ("cekceir", "/api/services", "limit", ("5", "6"), 422),
    ("durianpay", "/v1/orders", "skip", ("1", "2"), 400),
    ("durianpay", "/v1/orders", "from", ("2026-01-01", "2026-02-01"), 400),
    ("durianpay", "/v1/payments", "limit", ("5", "6"), 400),
    ("leuwongrr", "/api/v1/me/orders", "limit", ("5", "6"), 422),
    ("leuwongrr", "/api/v1/me/deposits", "limit", ("5", "6"), 422),
    ("leuwongrr", "/api/v1/articles", "limit", ("5", "6"), 422),
]


async def read(client: httpx.AsyncClient, engine: Engine, door: str, path: str) -> httpx.Response:
    """The list, with the door's demo key."""
    asked = await accepted(next(d for d in DIALECTS if d.name == door), engine)
    return await client.get(path, headers=asked.headed())


def told_of(answer: httpx.Response) -> list[str]:
    """The parameters that a refusal names, in each contract's envelope."""
    body: dict[str, Any] = answer.json()
    errors: Any = body.get("errors") or body["error"]["fields"]
    return [one["field"] for one in errors] if isinstance(errors, list) else list(errors)


@pytest.mark.parametrize(("door", "path", "name", "values", "status"), LISTS)
async def test_a_parameter_given_twice(
    client: httpx.AsyncClient, engine: Engine, door: str, path: str, name: str, values: tuple[str, str], status: int
) -> None:
    """With different values it is refused by its name, alone, once: one of both would be ignored. The same value twice
    is that value, blanks around it or not."""
    one, other = values
    refused = await read(client, engine, door, f"{path}?{name}={one}&{name}={other}&{name}={one}")
    assert (refused.status_code, told_of(refused)) == (status, [name]), refused.text
    plain = await read(client, engine, door, f"{path}?{name}={one}")
    twice = await read(client, engine, door, f"{path}?{name}={one}&{name}=&{name}=%20{one}")
    assert (plain.status_code, twice.status_code) == (200, 200), twice.text


async def test_names_in_any_case_are_one_name(client: httpx.AsyncClient, engine: Engine) -> None:
    """Durianpay's names match whatever their case; so do repeated ones. What may be repeated still may."""
    refused = await read(client, engine, "durianpay", "/v1/orders?Skip=1&skip=2")
    assert (refused.status_code, told_of(refused)) == (400, ["skip"])
    assert (await read(client, engine, "durianpay", "/v1/orders?expand=customer&expand=payments")).status_code == 200


@pytest.mark.parametrize(("door", "path"), sorted({(door, path) for door, path, *_ in LISTS}))
async def test_what_keeps_caches_away_asks_for_nothing(
    client: httpx.AsyncClient, engine: Engine, door: str, path: str
) -> None:
    """Libraries add the time under `_` and the like; the list is answered as without it."""
    assert (await read(client, engine, door, f"{path}?_=1764500000123&_t=1&nocache=1")).status_code == 200


@pytest.mark.parametrize("path", ["/api/v1/me/orders", "/api/v1/me/deposits", "/api/v1/articles"])
async def test_leuwongrr_lists_have_a_limit_and_nothing_else(
    client: httpx.AsyncClient, engine: Engine, path: str
) -> None:
    """`page=2` would bring the newest again, and be counted again: 422 naming it. A token in the query is not looked
    at, and what campaigns add to links is passed over."""
    for name in ("page", "offset", "status", "cursor", "limit[]", "limit[0]"):
        refused = await read(client, engine, "leuwongrr", f"{path}?limit=5&{name}=2")
        assert (refused.status_code, told_of(refused)) == (422, [name]), name
    assert refused.json()["error"] == {
        "code": "VALIDATION_ERROR", "fields": {"limit[0]": ["limit[0] tidak dikenal untuk daftar ini."]}
    }  # fmt: skip
    kept = await read(client, engine, "leuwongrr", f"{path}?limit=5&page=&token=x&utm_source=wa&utm_campaign=a")
    assert (kept.status_code, kept.json()["data"]["limit"]) == (200, 5)


@pytest.mark.parametrize(("door", "path", "since", "until"), [
    ("cekceir", "/api/order", "created_from", "created_to"), ("durianpay", "/v1/orders", "from", "to"),
    ("durianpay", "/v1/payments", "from", "to"),
])  # fmt: skip
async def test_bounds_out_of_reach_are_no_bounds(
    client: httpx.AsyncClient, engine: Engine, door: str, path: str, since: str, until: str
) -> None:
    """`0001-01-01` and `9999-12-31`, how many write "any time": the list is answered as without them."""
    plain = await read(client, engine, door, path)
    asked = await read(client, engine, door, f"{path}?{since}=0001-01-01&{until}=9999-12-31")
    assert (asked.status_code, asked.json().get("data")) == (200, plain.json().get("data"))
