"""The proxies of docs/how-to/production.md keep out what they are said to keep out: each is taken from the page and
started before a real server."""

from __future__ import annotations

from pathlib import Path

import pytest
from connection_kit import PATH, key_header, together
from proxy_kit import proxy
from serve_kit import Starter, event_of

from gerai.engine.core import Engine
from gerai.torture.connections import ServerAddress, half_heads, idle, slow_bodies

#: Each with room for a machine that has other things to do.
_SERVED_WITHIN_S = 3.0
#: A fifth of what the page says (10 s), and what the end itself takes.
_HEAD_ENDS_WITHIN_S = 2.0 + 4.5
#: http.body_timeout_s here, a fifth of Caddy's read_body (20 s), or the five seconds a refused client has to stop.
_BODY_ENDS_WITHIN_S = 5.0 + 8.0
EVERY = [pytest.param(name, marks=getattr(pytest.mark, name)) for name in ("nginx", "caddy")]


@pytest.mark.parametrize("name", EVERY)
async def test_the_proxy_of_the_page(name: str, engine: Engine, start: Starter, tmp_path: Path) -> None:
    """1,500 heads that never end, 1,060 silent connections and bodies that trickle, with a key and without, all at
    once: each is ended in time, the bodies with an answer of ours, and an honest client is served within a second all
    along."""
    key = await key_header(engine)
    settings = tmp_path / "gerai.toml"
    settings.write_text('[http]\ntrusted_proxies = "127.0.0.1"\nbody_timeout_s = 2.0\n', encoding="utf-8")
    server = start("serve", "--port", "0", "--settings", str(settings))
    with proxy(name, event_of(server, "server.listening")["port"], tmp_path) as port:
        bad = ServerAddress("127.0.0.1", port, "127.0.0.9")
        met, (half, silent, stops, trickles, strangers) = await together(
            ServerAddress("127.0.0.1", port),
            half_heads(bad, 1500, 9.0),
            idle(bad, 1060, 9.0),
            slow_bodies(bad, 20, 20.0, PATH, key, trickle=b""),
            slow_bodies(bad, 20, 20.0, PATH, key),
            slow_bodies(bad, 20, 20.0, PATH),
        )

    assert (half.ended, silent.ended) == (1500, 1060)
    assert max(half.longest_s, silent.longest_s) < _HEAD_ENDS_WITHIN_S
    assert (stops.ended, trickles.ended, strangers.ended) == (20, 20, 20)
    assert max(stops.longest_s, trickles.longest_s, strangers.longest_s) < _BODY_ENDS_WITHIN_S
    assert (stops.statuses, trickles.statuses, strangers.statuses) == ({408: 20}, {408: 20}, {401: 20})
    assert (met.failed, met.faults) == (0, {})
    assert met.kept_waiting_s < _SERVED_WITHIN_S
