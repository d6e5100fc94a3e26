"""What is refused, as ``application/problem+json`` (RFC 9457)."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

from starlette.responses import Response

from gerai.domain.refusals import (
    IdempotencyKeyReused,
    InputInvalid,
    PermissionMissing,
    Refusal,
    every_refusal,
)
from gerai.doors.http.door import reply
from gerai.doors.http.errors import GENERIC, STATUS_BY_CLASS, STATUS_BY_KIND, ErrorTable, always
from gerai.engine.desk.refusal_words import sentence

_STATUS: Final = {**STATUS_BY_CLASS, IdempotencyKeyReused: 422}
#: The status says the kind, ``code`` says the rest: the code is the refusal's own.
ERRORS: Final = ErrorTable[int](
    by_class={refusal: always(status) for refusal, status in _STATUS.items()},
    by_kind={kind: always(status) for kind, status in STATUS_BY_KIND.items()},
    generic=frozenset(every_refusal()) - GENERIC - _STATUS.keys(),
)


def refuse(refusal: Refusal, request_id: str) -> Response:
    """The problem: ``code`` names the refusal, ``errors`` the fields of an input; the log has it by ``request_id``."""
    problem = problem_of(refusal, request_id)
    answer = reply(problem, problem["status"])
    answer.headers["content-type"] = "application/problem+json"
    return answer


def problem_of(refusal: Refusal, request_id: str) -> dict[str, Any]:
    """The problem alone, as it stands in an answer of many."""
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
    return problem


def _detail(refusal: Refusal) -> str:
    if isinstance(refusal, PermissionMissing):
        return f"the key lacks the scope {refusal.permission}"
    return sentence(refusal)
