"""What is refused, as ``application/problem+json`` (RFC 9457)."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

from starlette.responses import Response

from gerai.domain.refusals import (
    BodyIncomplete,
    BodyTooLarge,
    EncodingUnsupported,
    IdempotencyKeyReused,
    InputInvalid,
    Kind,
    MethodNotAllowed,
    PermissionMissing,
    Refusal,
    every_refusal,
)
from gerai.doors.http.door import reply
from gerai.doors.http.errors import GENERIC, ErrorTable, always
from gerai.engine.desk.refusal_words import sentence

_BY_CLASS: Final[dict[type[Refusal], Any]] = {
    BodyTooLarge: always(413),
    MethodNotAllowed: always(405),
    EncodingUnsupported: always(415),
    BodyIncomplete: always(408),
    IdempotencyKeyReused: always(422),
}
#: The status says the kind, ``code`` says the rest: the code is the refusal's own.
ERRORS: Final = ErrorTable[int](
    by_class=_BY_CLASS,
    by_kind={
        Kind.NOT_AUTHENTICATED: always(401),
        Kind.NOT_ALLOWED: always(403),
        Kind.NOT_FOUND: always(404),
        Kind.INVALID: always(400),
        Kind.CONFLICT: always(409),
        Kind.FUNDS: always(409),
        Kind.TOO_MANY: always(429),
        Kind.UNAVAILABLE: always(503),
        Kind.INTERNAL: always(500),
    },
    generic=frozenset(every_refusal()) - GENERIC - _BY_CLASS.keys(),
)


def refuse(refusal: Refusal, request_id: str) -> Response:
    """The problem: ``code`` names the refusal, ``errors`` the fields of an input; the log has it by ``request_id``."""
    status = ERRORS.find(refusal)
    problem: dict[str, Any] = {
        "type": f"urn:gerai:refusal:{refusal.code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": _detail(refusal),
        "code": refusal.code,
        "request_id": request_id,
    }
    if isinstance(refusal, InputInvalid):
        problem["errors"] = refusal.fields
    answer = reply(problem, status)
    answer.headers["content-type"] = "application/problem+json"
    return answer


def _detail(refusal: Refusal) -> str:
    if isinstance(refusal, PermissionMissing):
        return f"the key lacks the scope {refusal.permission}"
    return sentence(refusal)
