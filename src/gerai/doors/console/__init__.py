"""The seller's desk in a browser: pages over the registry of views and acts, rendered here, for whoever is signed in.

Everything works without a script. A page is one look or one act; what a page may show or do is the registry's to say.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from gerai.doors.console.answers import refuse
from gerai.doors.console.routes import routes
from gerai.doors.http.door import Dialect
from gerai.engine.desk.house import House

NAME: Final = "console"
PREFIXES: Final = ("/console",)


def console(house: House, dialects: Iterable[Dialect]) -> Dialect:
    """The door over this house's desk; ``dialects`` are those that orders come in by. What is in its addresses may be
    an invitation: they stay out of the log."""
    return Dialect(
        name=NAME, title="Console", prefixes=PREFIXES, routes=routes(house, dialects), refuse=refuse, secret_paths=True
    )
