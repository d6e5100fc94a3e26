"""A shop's files made true: what they name and the shop has not is made by the desk's acts, in their order.

All of it is rehearsed first, in one transaction that is taken back: the rules are the acts' own, and whatever one of
them refuses is found before anything is changed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import msgspec

from gerai.cli.shop_entries import act_input, faults_of, text_of
from gerai.cli.shop_files import ShopEntry, ShopFault, ShopFaults
from gerai.cli.shop_sections import ShopSection, sections
from gerai.domain.records import Environment
from gerai.domain.refusals import InputInvalid, Refusal
from gerai.engine.desk.acts.mark_stock import StockMark
from gerai.engine.desk.acts.open_merchant import NewMerchant
from gerai.engine.desk.acts.set_setting import ChosenSetting
from gerai.engine.desk.house import House, Within
from gerai.engine.desk.read import read_json
from gerai.engine.desk.registry import Act, DeskCaller, Done, acts, perform
from gerai.engine.desk.stock import counted_variant, require_warehouse

#: In the order in which they are made.
SECTIONS: Final = ("shop", "settings", *sections())


class EntryMade(NamedTuple):
    """What became of an entry: made, or there already."""

    section: str
    new: bool


class Into(NamedTuple):
    """Where a shop is loaded, by whom and why. ``merchant``: the code of the one to load into, else that of the
    files."""

    house: House
    environment: Environment
    caller: DeskCaller
    reason: str
    merchant: str = ""


@dataclass
class ShopLoad:
    """One shop being loaded. ``rehearsed``: nothing shall stay of it. ``made`` and ``faults``: so far."""

    into: Into
    rehearsed: bool = False
    within: Within | None = None
    made: list[EntryMade] = field(default_factory=list[EntryMade])
    faults: list[ShopFault] = field(default_factory=list[ShopFault])
    _seen: dict[Any, ShopEntry] = field(default_factory=dict[Any, ShopEntry])
    _failed: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    async def load(self, entries: list[ShopEntry]) -> Counter[EntryMade]:
        """Make what is missing; how many of each. Raises ShopFaults: what cannot be made; in a rehearsal all of it."""
        for entry in entries:
            # Without a shop there is nothing to put into it.
            if self.within is None and entry.section != "shop":
                break
            await self._make(entry)
            if self.faults and not self.rehearsed:
                break
        if self.faults:
            raise ShopFaults(self.faults, begun=not self.rehearsed and any(one.new for one in self.made))
        return Counter(self.made)

    async def _make(self, entry: ShopEntry) -> None:
        try:
            if entry.section == "shop":
                await self._open(entry)
            elif entry.section == "settings":
                await self._choose(entry)
            else:
                await self._add(sections()[entry.section], entry)
        except Refusal as refusal:
            self._fail(entry, faults_of(entry, refusal, sections().get(entry.section)))

    def _fail(self, entry: ShopEntry, faults: list[ShopFault]) -> None:
        self.faults += faults
        self._failed[entry.section] |= {str(value).casefold() for value in entry.given.values()}

    async def _open(self, entry: ShopEntry) -> None:
        given = read_json(NewMerchant, dict(entry.given))
        code = self.into.merchant or given.code
        known = {one.code: one.merchant_id for one in self.into.house.engine.directory.merchants()}
        new = code not in known
        if new:
            wanted = msgspec.structs.replace(given, code=code)
            nowhere = Within(self.into.house, 0, self.into.environment)
            done = await self._do(acts()["merchants.open"], nowhere, wanted)
            known[code] = int(done.id)
        self.within = Within(self.into.house, known[code], self.into.environment)
        self.made.append(EntryMade("shop", new))

    async def _choose(self, entry: ShopEntry) -> None:
        """Each setting that has its default still."""
        for name, value in entry.given.items():
            try:
                await self._choose_one(name, value)
            except Refusal as refusal:
                self._fail(entry, [entry.fault(text_of(refusal), name)])

    async def _choose_one(self, name: str, value: Any) -> None:
        within = self._within
        declared = within.engine.directory.declared.by_name.get(name)
        if declared is not None:
            chosen = getattr(within.merchant.chosen.of(declared.struct), name)
            if chosen != declared.default or msgspec.to_builtins(chosen) == value:
                self.made.append(EntryMade("settings", new=False))
                return
        given = ChosenSetting(name=name, value=msgspec.json.encode(value).decode())
        await self._do(acts()["settings.set"], within, given)
        self.made.append(EntryMade("settings", new=True))

    async def _add(self, section: ShopSection, entry: ShopEntry) -> None:
        missing = [name for name in section.key if not str(entry.given.get(name, "")).strip()]
        if missing:
            raise InputInvalid({name: ["is required: it is found again by that"] for name in missing})
        # A product's SKU is its first variant's.
        called = ("products" if section.name == "variants" else section.name, section.called(entry.given))
        if (other := self._seen.setdefault(called, entry)) is not entry:
            raise InputInvalid({section.key[-1]: [f"the same stands in {other.file}, line {other.line}"]})
        if await section.there(self._within, entry.given):
            self.made.append(EntryMade(section.name, new=False))
            return
        given = act_input(section, self._within, entry, self._failed)
        if given is None:
            # It names what has a fault itself: that one is named.
            self._fail(entry, [])
            return
        await self._perform(section, given)
        self.made.append(EntryMade(section.name, new=True))

    async def _perform(self, section: ShopSection, given: Any) -> None:
        within = self._within
        if section.name == "stock":
            variant = counted_variant(within, given.variant_id)
            require_warehouse(within, variant, given.warehouse_id)
            # A command of the engine is committed by itself: what it refuses of a new place was asked just now.
            if self.rehearsed:
                return
        await self._do(section.act, within, given)
        if section.name == "stock" and given.low_at is not None:
            mark = StockMark(variant_id=given.variant_id, warehouse_id=given.warehouse_id, low_at=given.low_at)
            await self._do(acts()["stock.mark"], within, mark)

    async def _do(self, act: Act, within: Within, given: msgspec.Struct) -> Done:
        return await perform(act, within, given, self.into.caller, reason=self.into.reason)

    @property
    def _within(self) -> Within:
        if self.within is None:
            raise LookupError("no shop is open")
        return self.within


async def load_shop(into: Into, entries: list[ShopEntry], *, dry_run: bool) -> Counter[EntryMade]:
    """Rehearse all of it, then make what is missing; how many of each are made, or with ``dry_run`` would be. Raises
    ShopFaults: nothing is changed then, unless a change of somebody else's came in between (``begun``)."""
    async with into.house.engine.rehearsing():
        found = await ShopLoad(into, rehearsed=True).load(entries)
    return found if dry_run else await ShopLoad(into).load(entries)
