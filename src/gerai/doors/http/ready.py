"""`/readyz`: whether this process can serve requests now, for whoever distributes them.

Not whether it lives: a process without its database is alive, and starting it again would not bring that back.
"""

from __future__ import annotations

from typing import Final

from starlette.responses import JSONResponse, Response

from gerai.doors.http.context import RequestContext
from gerai.doors.http.door import Route
from gerai.engine.readiness import unready

_HEADERS: Final = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
_AGAIN_AFTER_S: Final = 1


async def ready(ctx: RequestContext) -> Response:
    """200 when it can; 503 and the reason in one word otherwise, within a second."""
    reason = await unready(ctx.services.engine)
    if reason is None:
        return JSONResponse({"ready": True}, 200, _HEADERS)
    return JSONResponse({"ready": False, "reason": reason}, 503, {**_HEADERS, "retry-after": str(_AGAIN_AFTER_S)})


READY: Final = Route("GET", "/readyz", ready)
