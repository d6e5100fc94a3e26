"""One request that each door accepts, found in its golden files, for tests of what all doors share."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from gerai.demo.shop import open_demo
from gerai.doors.http.door import Dialect
from gerai.engine.core import Engine

_PLACE = re.compile(r"\{(\w+)\.(\w+)\}")
_shops: dict[int, dict[str, Any]] = {}


@dataclass(frozen=True)
class Accepted:
    """A request with a JSON body that its door answers with ``status``, again and again."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any
    status: int

    @property
    def json(self) -> bytes:
        return json.dumps(self.body).encode()

    def headed(self, **headers: str) -> dict[str, str]:
        """Its headers and these, ``content_encoding="gzip"`` for example."""
        own = {"Content-Type": "application/json"} | self.headers
        return own | {name.replace("_", "-").title(): value for name, value in headers.items()}


def _filled(found: dict[str, Any], demo: dict[str, Any]) -> dict[str, Any]:
    """The texts of an object with the demo's values in them; a text that is one placeholder takes the value's type."""
    for name, value in found.items():
        if isinstance(value, str):
            whole = _PLACE.fullmatch(value)
            found[name] = demo[whole[1]][whole[2]] if whole else _PLACE.sub(lambda m: str(demo[m[1]][m[2]]), value)
    return found


async def demo_shop(engine: Engine) -> dict[str, Any]:
    """The demo shop that all tests of a session share."""
    if id(engine) not in _shops:
        _shops[id(engine)] = await open_demo(engine)
    return _shops[id(engine)]


async def accepted(dialect: Dialect, engine: Engine, named: str = "") -> Accepted:
    """The first recorded request of a door that makes something, of the files with ``named`` in their names."""
    demo = await demo_shop(engine)
    assert dialect.openapi is not None
    for file in sorted(dialect.openapi.with_name("golden").glob(f"*{named or '.'}*json")):
        text = file.read_text(encoding="utf-8")
        recorded = json.loads(text)
        request = recorded["request"]
        if request["method"] != "POST" or "body" not in request or "{saved." in text:
            continue
        if recorded["response"]["status"] < 300:
            filled = json.loads(text, object_hook=lambda found: _filled(found, demo))["request"]
            headers = {n: v for n, v in filled.get("headers", {}).items() if n.lower() != "idempotency-key"}
            return Accepted("POST", filled["path"], headers, filled["body"], recorded["response"]["status"])
    raise AssertionError(f"no golden file of {dialect.name} creates anything")
