"""The hosted pages: pay pages behind unguessable addresses, and the front page. They answer what no other door owns."""

from __future__ import annotations

from typing import Final

from gerai.doors.http.door import Dialect
from gerai.doors.pay.answers import refuse
from gerai.doors.pay.routes import NAME, routes

PAGES: Final = Dialect(name=NAME, title="Hosted pages", prefixes=(), routes=routes(), refuse=refuse, secret_paths=True)
