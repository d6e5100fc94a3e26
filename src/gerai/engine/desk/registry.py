"""What a view and an act are, all there are, and the one way to look at one or do one."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Final, TypeVar

import msgspec
import structlog

from gerai.domain.permissions import Permission
from gerai.domain.records import OrderView
from gerai.domain.refusals import InputInvalid, PermissionMissing, StateConflict
from gerai.engine.acting import Acting, Actor, ActReplayed, acting, acting_now
from gerai.engine.command import Command, Idempotency, Outcome
from gerai.engine.desk.house import Within
from gerai.engine.desk.numbers import by_number
from gerai.engine.desk.of_both import Concerns, concerns_of, require_own_environment
from gerai.engine.desk.paper import Sheet
from gerai.kit.bilingual import Bilingual
from gerai.kit.discover import discover_inner, discover_modules
from gerai.kit.wire import is_kept

log = structlog.get_logger("gerai.desk")
Answer = TypeVar("Answer")
_LONGEST_REASON: Final = 500
#: A counter has views, acts and things for sale of its own, in its words, in a package ``desk``; found as the counters
#: are.
COUNTERS: Final = "gerai.doors.dialects"


@dataclass(frozen=True)
class ViewPage:
    """Rows of a view, and what to ask for to see those after them (``after`` of its filter); empty: there are none."""

    rows: Sequence[msgspec.Struct]
    next: str = ""


class Done(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an act made or changed, by its id. ``secret`` is shown this once. ``replayed``: it was done before under the
    same idempotency key. ``details``: what else there is to say of it."""

    id: str = ""
    secret: str = ""
    replayed: bool = False
    details: dict[str, Any] = {}


@dataclass(frozen=True)
class View:
    """Something to see. ``name`` is ``<things>.list`` (a page of them), ``<things>.show`` (one, by ``id``) or another
    word after the dot. ``filter`` is what may be asked, every field with a default but ``id``; ``row`` what is seen.
    ``run`` refuses as its module says. ``personal``: its rows tell who customers are. ``rest``: of a view whose every
    page costs as much as all of them, the rows from ``after`` on, piece by piece, for a file. ``paper``: of the filter
    and the page, what every face gives as PDF; None: it has none. ``outside``: of no merchant (it lists them)."""

    name: str
    permission: Permission
    title: Bilingual
    filter: type[msgspec.Struct]
    row: type[msgspec.Struct]
    run: Callable[[Within, Any], Awaitable[ViewPage]]
    personal: bool = False
    rest: Callable[[Within, Any], AsyncGenerator[Sequence[msgspec.Struct]]] | None = None
    paper: Callable[[Within, Any, ViewPage], Sheet] | None = None
    outside: bool = False


@dataclass(frozen=True)
class Bulk:
    """That an act may be done to many things at once, each by its ``id`` (``engine/desk/bulk.py``). ``each``: of its
    other fields, those that each thing has for itself; the rest is the same for all."""

    each: tuple[str, ...] = ()


@dataclass(frozen=True)
class Act:
    """Something to do: ``<things>.<verb>``. ``input`` is what it takes. ``reasoned``: it concerns money or a customer,
    so it takes a reason. ``grave``: it moves money or hands out a key; at the console whoever does it proves once more
    who they are. ``outside``: of no merchant (it opens one). ``possible``: of an act on an order, whether the order's
    state, as it was read, allows it now; the act itself decides by what it reads in its transaction. ``here``: what it
    changes is of the desk's environment alone, though others with its permission change what both environments have.
    ``file_bytes``: it takes a file in a field of bytes, no larger than that. ``bulk``: how it is done to many at once;
    None: it is not. ``whole``: of an act whose amount may be left out, how much that is of the thing with this id, in
    sen; None: nobody can say."""

    name: str
    permission: Permission
    title: Bilingual
    input: type[msgspec.Struct]
    run: Callable[[Within, Any], Awaitable[Done]]
    reasoned: bool = False
    grave: bool = False
    outside: bool = False
    possible: Callable[[OrderView], bool] | None = None
    here: bool = False
    file_bytes: int = 0
    bulk: Bulk | None = None
    whole: Callable[[Within, int], Awaitable[int | None]] | None = None

    @property
    def concerns(self) -> Concerns:
        """Whether what it changes is production's, too, wherever it is done."""
        return "here" if self.outside else concerns_of(self.name, self.permission, here=self.here)


@dataclass(frozen=True)
class DeskCaller:
    """Who asks, and what they may. ``merchants``: which they may look at beside the one that they are at; None: all."""

    actor: Actor
    permissions: Collection[str] = field(default_factory=frozenset[str])
    request_id: str = ""
    merchants: Collection[int] | None = ()

    def require(self, permission: Permission) -> None:
        """Refuses PermissionMissing."""
        if permission not in self.permissions:
            raise PermissionMissing(permission)


@cache
def views() -> dict[str, View]:
    """Every view, by name."""
    own = discover_inner(COUNTERS, "desk", "VIEW", "ACT", "SALE")
    return _by_name(discover_modules("gerai.engine.desk.views", "VIEW") | own)


@cache
def acts() -> dict[str, Act]:
    """Every act, by name."""
    own = discover_inner(COUNTERS, "desk", "ACT", "VIEW", "SALE")
    return _by_name(discover_modules("gerai.engine.desk.acts", "ACT") | own)


def _by_name(found: dict[str, Any]) -> dict[str, Any]:
    named = {one.name: one for one in found.values()}
    if len(named) != len(found):
        raise ValueError(f"two of {', '.join(found)} have one name")
    return dict(sorted(named.items()))


async def look(view: View, within: Within, wanted: msgspec.Struct, caller: DeskCaller) -> ViewPage:
    """See a view. Refuses PermissionMissing, and what the view refuses."""
    caller.require(view.permission)
    others = None if caller.merchants is None else frozenset(caller.merchants)
    here = replace(within, may=frozenset(caller.permissions), by=caller.actor.label, others=others)
    return await view.run(here, wanted)


async def perform(
    act: Act, within: Within, given: msgspec.Struct, caller: DeskCaller, *, reason: str = "", key: str = ""
) -> Done:
    """Do an act and write down who did it, in its own transaction. With an idempotency ``key`` it is done once. What
    is refused of an order, or of something of it, names the order by its number.

    Refuses PermissionMissing, InputInvalid (no reason where one is asked for; a reason or key that no database keeps; a
    key of the sandbox changes what production has, too: ``of_both.py``), IdempotencyKeyReused, and what the act
    refuses; then nothing is changed.
    """
    caller.require(act.permission)
    require_own_environment(act.concerns, within, caller.actor)
    reason = checked_reason(reason, needed=act.reasoned)
    once = _once(act, caller.actor, given, reason, key) if checked_key(key) else None
    may = frozenset(caller.permissions)
    under_way = Acting(caller.actor, act.name, within.environment, reason, caller.request_id, once, may)
    with acting(under_way):
        try:
            return await act.run(within, given)
        except ActReplayed as earlier:
            return Done(earlier.made.target, replayed=True)
        except StateConflict as refusal:
            about: Any = getattr(given, "id", None)
            raise (await by_number(within, refusal, about) if isinstance(about, int) else refusal) from None


def checked_reason(reason: str, *, needed: bool) -> str:
    """The reason without the blanks around it. Refuses InputInvalid: none where one is ``needed``, a long one, or it
    holds what no text may hold."""
    reason = reason.strip()
    if needed and not reason:
        raise InputInvalid({"reason": ["is required"]})
    if len(reason) > _LONGEST_REASON:
        raise InputInvalid({"reason": [f"at most {_LONGEST_REASON} characters"]})
    if not is_kept(reason):
        raise InputInvalid({"reason": ["it holds a character that no text may hold"]})
    return reason


def checked_key(key: str) -> str:
    """An idempotency key; empty: none. Refuses InputInvalid: it holds what no text may hold."""
    if not is_kept(key):
        raise InputInvalid({"idempotency_key": ["it holds a character that no text may hold"]})
    return key


async def submitted(within: Within, command: Command[Answer], under: Idempotency | None = None) -> Outcome[Answer]:
    """Hand in the command of the act under way, once ``under`` this key (a bank's reference, which holds at every face
    and whoever acts), else under the act's own. Refuses what the command refuses, and IdempotencyKeyReused."""
    under_way = acting_now()
    return await within.engine.submit(command, under or (None if under_way is None else under_way.key))


async def told(details: Awaitable[dict[str, Any]]) -> dict[str, Any]:
    """What there is to say of an act whose command is done, as far as it can be read now; else nothing. Refuses
    nothing: an act that answers "nothing was done" is done once more."""
    try:
        return await details
    except Exception as error:
        under_way = acting_now()
        log.warning("desk.details_unread", act="" if under_way is None else under_way.act, error=repr(error))
        return {}


def _once(act: Act, actor: Actor, given: msgspec.Struct, reason: str, key: str) -> Idempotency:
    fingerprint = hashlib.sha256(msgspec.json.encode([given, reason], order="sorted")).digest()
    return Idempotency(f"desk:{actor.label}", act.name, key, fingerprint)
