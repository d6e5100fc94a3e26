"""What the stand-in for Midtrans keeps of a request, and how it says no: with HTTP 200 and a ``status_code`` inside,
but for the key and for its own faults."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from gerai.testing.gateways.midtrans_book import Body


@dataclass(frozen=True)
class MidtransRequest:
    """One request of a client. Header names are lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: Body


def refused(code: int, message: str, *, http: int = 200, **more: Any) -> Response:
    """The Core API's."""
    return JSONResponse({"status_code": str(code), "status_message": message} | more, http)


def nothing() -> Response:
    """There is no such payment."""
    return refused(404, "Transaction doesn't exist.")


def snap_fault(message: str, http: int = 400) -> Response:
    """Snap's."""
    return JSONResponse({"error_messages": [message]}, http)


def base_of(request: Request) -> str:
    """The address it came to, without a slash at its end."""
    return str(request.base_url).rstrip("/")


def notice_url_of(request: Request) -> str:
    """Where it wants notices; empty: nowhere."""
    return request.headers.get("x-override-notification", "")
