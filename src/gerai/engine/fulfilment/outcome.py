"""Which verb a result is, and how a fulfilment takes it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from gerai.domain.records import Fulfilment
from gerai.domain.states import FULFILMENT


def fulfilment_verb(succeeded: int, failed: int) -> str:
    """The verb a fulfilment takes when so many of its items succeeded and failed."""
    if failed == 0:
        return "succeed"
    return "fail" if succeeded == 0 else "succeed_in_part"


def with_result(
    fulfilment: Fulfilment, at: datetime, *, succeeded: int, failed: int, reference: str, result: Any, error: str
) -> Fulfilment:
    """The fulfilment once it has this result. StateConflict when it takes none any more."""
    return msgspec.structs.replace(
        fulfilment,
        status=FULFILMENT.move(fulfilment.status, fulfilment_verb(succeeded, failed)),
        attempts=fulfilment.attempts + 1,
        # A person who finishes the order, or an answer that gave up, names none: what was asked keeps its name.
        reference=reference or fulfilment.reference,
        succeeded=succeeded,
        failed=failed,
        result=result,
        error=error,
        updated_at=at,
    )
