"""Whatever arrives gets the door's own envelope with a documented status, and leaves no row behind."""

from __future__ import annotations

import json
from typing import Any

import pytest

GOOD = b'{"roblox_username":"LeuwongUser","place_id":123456789,"roblox_pass_id":987654321,"client_reference":%s}'
BODIES: dict[str, tuple[bytes, int]] = {
    "empty": (b"", 422),
    "blank": (b"  \n", 422),
    "broken": (b'{"place_id":', 422),
    "trailing": (b"{} x", 422),
    "array": (b"[1,2]", 422),
    "text": (b'"order"', 422),
    "null": (b"null", 422),
    "number": (b"123", 422),
    "nan": (b'{"place_id":NaN}', 422),
    "form": (b"roblox_username=LeuwongUser&place_id=1", 422),
    "not utf-8": (b"\xff\xfe{}", 422),
    "raw NUL": (GOOD % b'"a\x00b"', 422),
    "escaped NUL": (GOOD % rb'"a\u0000b"', 422),
    "lone surrogate": (GOOD % rb'"a\ud800b"', 422),
    "lone surrogate in a name": (rb'{"\udfff":1}', 422),
    "encoded surrogate": (GOOD % b'"\xed\xa0\x80"', 422),
    "NUL in a name": (rb'{"a\u0000":1}', 422),
    "huge number": (b'{"roblox_username":"LeuwongUser","place_id":' + b"9" * 20000 + b"}", 422),
    "huge exponent": (b'{"roblox_username":"LeuwongUser","place_id":1e999999,"roblox_pass_id":1}', 422),
    "beyond 64 bits": (b'{"roblox_username":"LeuwongUser","place_id":9223372036854775808,"roblox_pass_id":1}', 422),
    "deep array": (b'{"client_reference":' + b"[" * 5000 + b"]" * 5000 + b"}", 422),
    "deep object": (b'{"a":' * 100000 + b"1" + b"}" * 100000, 413),
    "300 KiB": (GOOD % (b'"' + b"x" * 300 * 1024 + b'"'), 413),
    "200 KiB of text": (GOOD % (b'"' + b"x" * 200 * 1024 + b'"'), 422),
    "many fields": (json.dumps({f"f{n}": n for n in range(9000)}).encode(), 422),
    "types": (b'{"roblox_username":{},"place_id":[],"roblox_pass_id":{"a":1},"order_type":7}', 422),
}


@pytest.mark.parametrize("name", BODIES)
async def test_bodies(shop: Any, name: str) -> None:
    """Refused in the envelope, never 500, and no order, invoice or key is left."""
    body, status = BODIES[name]
    headers = {"Authorization": f"Bearer {shop.sandbox}", "Idempotency-Key": "garbage-1"}
    answer = await shop.client.post("/api/v1/me/orders", content=body, headers=headers)
    assert answer.status_code == status
    assert answer.json()["success"] is False
    assert len(answer.content) < 10_000
    assert [await shop.count(table) for table in ("orders", "invoices", "idempotency_keys")] == [0, 0, 0]


@pytest.mark.parametrize("content_type", ["", "text/plain", "application/x-www-form-urlencoded", "a/b; charset=\u00e9"])
async def test_the_content_type_does_not_matter(shop: Any, content_type: str) -> None:
    """Many clients forget it: the body decides."""
    headers = {"Authorization": f"Bearer {shop.sandbox}", "Content-Type": content_type.encode("latin-1")}
    answer = await shop.client.post("/api/v1/me/orders", content=GOOD % b'"x"', headers=headers)
    assert answer.status_code == 201


async def test_hostile_headers(shop: Any) -> None:
    """Tokens, keys and Discord ids may be any bytes."""
    for name in ("Authorization", "X-User-API-Token", "Idempotency-Key", "X-Discord-User-ID", "Host"):
        for value in (b"\xff\xfe", b"Bearer \xe9", b"x" * 5000):
            headers = {"Authorization": f"Bearer {shop.production}".encode(), name: value}
            answer = await shop.client.post(
                "/api/v1/me/orders", content=GOOD[:-3] % () + b'"x","payment_method":"balance"}', headers=headers
            )
            assert answer.status_code in (401, 421, 422)
            assert answer.json()["success"] is False
    assert await shop.count("orders") == 0
