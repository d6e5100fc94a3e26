"""The demo shop as a whole: opened once, and written down in ``demo.json``.

`gerai up` serves whatever the demo shop is in: what is wrong with it is reported in words, never raised.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, cast

import structlog

from gerai.app import DIALECTS
from gerai.doors.http.demo import Demo, DemoShop
from gerai.engine.core import Engine
from gerai.engine.directory_entries import KeyFacts
from gerai.engine.merchants.open import open_merchant
from gerai.kit.clock import real_now
from gerai.kit.files import write_private

log = structlog.get_logger("gerai.demo")

DEMOS: Final[dict[str, Demo]] = {dialect.name: dialect.demo for dialect in DIALECTS if dialect.demo}
FILE: Final = "demo.json"
_REMEDY: Final = "move it away, and the next start opens a new demo shop"
Sections = dict[str, dict[str, Any]]


class DemoUnreadable(Exception):
    """``demo.json`` is there but is not what we wrote. The text is fit for an operator."""


@dataclass
class DemoState:
    """The demo shop at a start. ``sections``: of every dialect, as in ``demo.json``; ``usable``: the dialects whose
    keys all work, by name; ``problems``: what is wrong with it, in words."""

    sections: Sections = field(default_factory=dict[str, dict[str, Any]])
    usable: tuple[str, ...] = ()
    problems: list[str] = field(default_factory=list[str])


def read_demo(folder: Path) -> dict[str, Any] | None:
    """``demo.json`` of an earlier start; None when there is none. Raises DemoUnreadable."""
    try:
        found = json.loads((folder / FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise DemoUnreadable(f"{folder / FILE} cannot be read: {error}") from error
    if not isinstance(found, dict):
        raise DemoUnreadable(f"{folder / FILE} holds no JSON object")
    return cast("dict[str, Any]", found)


def write_demo(folder: Path, base_url: str, sections: Sections) -> None:
    """Write ``demo.json`` (0600): it holds working keys."""
    text = json.dumps({"base_url": base_url, **sections}, indent=2, ensure_ascii=False)
    write_private(folder / FILE, text + "\n")


async def open_demo(engine: Engine) -> Sections:
    """Open a demo merchant with everything the dialects need; returns the sections of ``demo.json``.

    Raises whatever a dialect's seed raises.
    """
    shop = await _open_merchant(engine)
    return {name: await demo.seed(shop) for name, demo in DEMOS.items()}


async def _open_merchant(engine: Engine) -> DemoShop:
    """A merchant whose production keys use the simulators too. A demo whose ``demo.json`` was lost cannot be found
    again (keys are stored as digests), so a new one is opened beside it."""
    taken = {merchant.code for merchant in engine.directory.merchants()}
    code = next(c for c in ("demo", *(f"demo-{n}" for n in range(2, len(taken) + 3))) if c not in taken)
    return DemoShop(engine, await open_merchant(engine, code, "Toko Demo", simulated=True))


async def prepare_demo(engine: Engine, folder: Path, base_url: str) -> DemoState:
    """The demo shop of a data folder, opened when it has none; ``demo.json`` then names this start's address.

    Dialects that came after it was opened are added. What is wrong is in the state's ``problems``.
    """
    state = DemoState()
    try:
        found = read_demo(folder)
        state.sections = {name: part for name, part in (found or {}).items() if isinstance(part, dict)}
        shop = await _open_merchant(engine) if found is None else _shop_of(engine, state.sections)
        if shop is not None:
            await _seed_missing(shop, state)
        state.usable = tuple(name for name in DEMOS if name in state.sections and _works(engine, state, name, folder))
        # Even when something is wrong: what was seeded has keys that are shown nowhere else.
        write_demo(folder, base_url, state.sections)
    except DemoUnreadable as error:
        state.problems.append(f"{error}; {_REMEDY}")
    except Exception as error:
        # The server must come up without its demo, whatever is wrong with it.
        log.exception("demo.broken")
        state.problems.append(f"the demo shop could not be opened: {error!r}")
    return state


def _shop_of(engine: Engine, sections: Sections) -> DemoShop | None:
    """The shop whose keys these are; None when this database knows none of them."""
    keys = [key for section in sections.values() for key in demo_keys(engine, section).values() if key is not None]
    return DemoShop(engine, keys[0].merchant.merchant_id) if keys else None


async def _seed_missing(shop: DemoShop, state: DemoState) -> None:
    """Seed the dialects that have no section yet. One that fails is tried again at the next start."""
    for name, demo in DEMOS.items():
        if name not in state.sections:
            try:
                state.sections[name] = await demo.seed(shop)
            except Exception as error:
                log.exception("demo.seed_broken", dialect=name)
                state.problems.append(f"{name}: its part of the demo shop could not be made: {error!r}")


def demo_keys(engine: Engine, section: dict[str, Any]) -> dict[str, KeyFacts | None]:
    """The section's secrets, by name; None: this database knows no such key."""
    return {
        name: engine.directory.find_key(value)
        for name, value in section.items()
        if name.endswith(("key", "token")) and isinstance(value, str)
    }


def _works(engine: Engine, state: DemoState, name: str, folder: Path) -> bool:
    """Whether all keys of a dialect open its door; else ``problems`` names the one that does not."""
    before = len(state.problems)
    for field_name, key in demo_keys(engine, state.sections[name]).items():
        if key is None:
            fault = "is not a key of this database"
        elif key.revoked_at is not None:
            fault = "is revoked"
        elif key.expires_at is not None and key.expires_at <= real_now():
            fault = "has expired"
        else:
            continue
        state.problems.append(f"{folder / FILE}: {name}.{field_name} {fault}; {_REMEDY}")
    return len(state.problems) == before
