"""The hosted pages: an order's page behind an unguessable address, what is to be paid behind a short payment link, and
the front page. They answer what no other door owns."""

from __future__ import annotations

from collections.abc import Sequence

from gerai.doors.http.door import Dialect
from gerai.doors.pay.answers import refuse
from gerai.doors.pay.routes import NAME, guarded, routes, unknown
from gerai.engine.merchants.logos import LOGOS


def pages(dialects: Sequence[Dialect]) -> Dialect:
    """The pages of a server with these dialects: a door like any other, without keys."""
    return Dialect(
        name=NAME,
        title="Hosted pages",
        prefixes=(),
        routes=routes(dialects),
        refuse=refuse,
        unknown=guarded(unknown),
        parts=(LOGOS,),
        secret_paths=True,
    )
