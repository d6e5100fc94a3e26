"""The bytes of the order requests. Everything but the two numbers that make a request unique is composed beforehand."""

from __future__ import annotations

from typing import Final

import msgspec

from gerai.bench.case import DISCORD_USER_ID

#: Digits of the number in a request's Idempotency-Key and client_reference.
NUMBER_DIGITS: Final = 12
KEY_PREFIX: Final = "bench-key-"
REFERENCE_PREFIX: Final = "bench-reference-"


class Requests:
    """A new order with every call, the tokens in turn. ``first`` starts the numbers."""

    def __init__(self, host: str, tokens: list[str], payment_method: str, first: int) -> None:
        order = {
            "order_type": "gamepass",
            "roblox_username": "LeuwongUser",
            "place_id": 123456789,
            "roblox_pass_id": 987654321,
            "payment_method": payment_method,
            "client_reference": REFERENCE_PREFIX,
        }
        # client_reference stands last, so that its number goes between the encoded text and the closing '"}'.
        body = msgspec.json.encode(order)
        body, self._end = body[:-2], body[-2:]
        discord = f"X-Discord-User-ID: {DISCORD_USER_ID}\r\n" if payment_method == "balance" else ""
        self._heads = [
            (
                f"POST /api/v1/me/orders HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n{discord}"
                "Accept: application/json\r\nContent-Type: application/json\r\n"
                f"Content-Length: {len(body) + NUMBER_DIGITS + len(self._end)}\r\nIdempotency-Key: {KEY_PREFIX}"
            ).encode()
            for token in tokens
        ]
        self._middle = b"\r\n\r\n" + body
        self._number = first

    def next(self) -> bytes:
        """A whole HTTP/1.1 request that was not sent before."""
        n = self._number
        self._number = n + 1
        number = b"%012d" % n
        return b"".join((self._heads[n % len(self._heads)], number, self._middle, number, self._end))
