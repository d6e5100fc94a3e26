"""A request's headers as a dictionary, made once; and the headers that every answer has."""

from __future__ import annotations

from typing import Final, TypeVar, overload

from starlette.responses import Response

T = TypeVar("T")
_REQUEST_ID: Final = b"x-request-id"
_CACHE_CONTROL: Final = b"cache-control"


class RequestHeaders:
    """Reads ASGI's list of byte pairs: names in any case, the first of several wins."""

    __slots__ = ("_raw", "_values")

    def __init__(self, raw: list[tuple[bytes, bytes]]) -> None:
        self._raw = raw
        # Reversed, so that of a repeated header the first one stays.
        self._values = dict(reversed(raw))

    @overload
    def get(self, name: str) -> str | None: ...
    @overload
    def get(self, name: str, default: T) -> str | T: ...
    def get(self, name: str, default: T | None = None) -> str | T | None:
        """The header's value, or ``default``."""
        value = self._values.get(name.lower().encode("latin-1"))
        return default if value is None else value.decode("latin-1")

    def contradicts_itself(self, name: str) -> bool:
        """Whether the header was sent more than once, with different values."""
        if len(self._values) == len(self._raw):
            return False
        wanted = name.lower().encode("latin-1")
        return len({value for given, value in self._raw if given == wanted}) > 1

    def bearer(self) -> str | None:
        """The token of ``Authorization: Bearer …``; None when the header is absent or of another kind."""
        kind, _, token = self.get("authorization", "").partition(" ")
        return token.strip() if kind.lower() == "bearer" and token.strip() else None


def complete(response: Response, request_id: str) -> None:
    """Add the request's id, and that no cache may keep the answer, unless it has its own: a shared cache
    keeps out of what is asked for with ``Authorization`` by itself, but keys come in other headers as well."""
    # On the list itself: Starlette's headers cost each request 2 µs here.
    given = {name for name, _ in response.raw_headers}
    if _REQUEST_ID not in given:
        response.raw_headers.append((_REQUEST_ID, request_id.encode("latin-1")))
    if _CACHE_CONTROL not in given:
        response.raw_headers.append((_CACHE_CONTROL, b"no-store"))
