"""`/admin/v1`: the desk's registry over HTTP, for a seller's own programs. One path for each view, one for each act; a
key is of one merchant and one environment, and may do what its scopes name."""

from __future__ import annotations

from typing import Final

from gerai.doors.admin.document import document
from gerai.doors.admin.keys import ADMIN_KEYS, CHANNEL
from gerai.doors.admin.problems import ERRORS, refuse
from gerai.doors.admin.routes import PREFIX, routes
from gerai.doors.http.door import Dialect
from gerai.engine.desk.house import House

__all__ = ["ADMIN_KEYS", "CHANNEL", "PREFIXES", "admin", "document"]

PREFIXES: Final = (PREFIX,)


def admin(house: House) -> Dialect:
    """The door over this house's desk."""
    return Dialect(
        name=CHANNEL, title="Administration", prefixes=PREFIXES, routes=routes(house), refuse=refuse, errors=ERRORS,
        keys=ADMIN_KEYS,
    )  # fmt: skip
