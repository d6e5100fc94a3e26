"""Licence codes of a file, each row decided as the act decides about a line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, UnsetType

from gerai.domain.refusals import InputInvalid
from gerai.engine.catalogue.products import ProductCatalogue
from gerai.engine.desk.codes import Code, require_coded
from gerai.engine.desk.fields import Id, words
from gerai.engine.desk.goods import Sku, catalogue_in
from gerai.engine.desk.house import Within
from gerai.engine.desk.importing import Became, LateFault, Noted
from gerai.engine.desk.lines import Line
from gerai.engine.desk.sealing import sealing
from gerai.engine.desk.variants import skus_of
from gerai.engine.digital.pools import OpenPool, add_codes, count_in, open_pool
from gerai.store import codes as sql
from gerai.store.connection import Connection


class CodeLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A row: a code of a variant. ``sku`` names the variant, and ``variant_id`` does where it has none."""

    sku: Annotated[Sku | UnsetType, words("SKU", "SKU", "EB-1")] = UNSET
    variant_id: Annotated[Id | UnsetType, words("Nomor varian", "Id of the variant")] = UNSET
    code: Annotated[Code, words("Kode", "Code", "ABCD-1234")]


class CodesJob:
    """Codes of a file, by variant."""

    def __init__(self, within: Within, connection: Connection, catalogue: ProductCatalogue) -> None:
        self._within, self._connection, self._known = within, connection, catalogue
        self._skus = skus_of(catalogue)
        self._pools: dict[int, OpenPool] = {}
        #: In which row of the file a code stands, by its variant and digest.
        self._said: dict[tuple[int, bytes], int] = {}
        self._there: set[tuple[int, bytes]] = set()
        self._new: defaultdict[int, list[str]] = defaultdict(list)
        self._added: defaultdict[int, int] = defaultdict(int)

    async def look_at(self, lines: Sequence[Line[CodeLine]]) -> None:
        """As the protocol: the pools of the rows' variants, and which of the codes they have."""
        codes: defaultdict[int, list[str]] = defaultdict(list)
        for line in lines:
            try:
                codes[self._variant(line.given)].append(line.given.code)
            except InputInvalid:
                continue
        for variant_id, some in codes.items():
            pool = await self._pool(variant_id)
            digests = [pool.digest(code) for code in some]
            there = await sql.known(self._connection, self._within.merchant_id, pool.pool.pool_id, digests)
            self._there |= {(variant_id, digest) for digest in there if (variant_id, digest) not in self._said}

    def decide(self, line: Line[CodeLine]) -> Became:
        """As the protocol. Refuses InputInvalid: no such variant, or one that is sent in a parcel; a code that was
        loaded before, or stands in an earlier row."""
        variant_id = self._variant(line.given)
        which = variant_id, self._pools[variant_id].digest(line.given.code)
        if which in self._said:
            raise InputInvalid({"code": [f"row {self._said[which]} is about it already"]})
        if which in self._there:
            raise InputInvalid({"code": ["it was loaded before"]})
        self._said[which] = line.row
        self._new[variant_id].append(line.given.code)
        return "added"

    async def write(self) -> list[tuple[int, dict[str, Any]]]:
        """As the protocol."""
        done: list[tuple[int, dict[str, Any]]] = []
        for variant_id, codes in self._new.items():
            with sealing():
                await add_codes(self._within.engine, self._connection, self._pools[variant_id], codes)
            self._added[variant_id] += len(codes)
            done.append((variant_id, {"loaded": len(codes)}))
        self.forget()
        return done

    def forget(self) -> None:
        """As the protocol."""
        self._new.clear()

    async def end(self, noted: Noted) -> list[LateFault]:
        """As the protocol: only now are the codes anybody's to get, so that no order waits for the file."""
        for variant_id, added in self._added.items():
            await count_in(self._connection, self._pools[variant_id].pool, added)
        return []

    async def _pool(self, variant_id: int) -> OpenPool:
        if variant_id not in self._pools:
            of = (self._within.merchant_id, self._within.environment, variant_id)
            with sealing():
                found = await open_pool(self._within.engine, self._within.house.sealer, self._connection, *of)
            self._pools[variant_id] = found
        return self._pools[variant_id]

    def _variant(self, given: CodeLine) -> int:
        """Refuses InputInvalid: the row names no variant that has codes."""
        if given.sku:
            found = self._skus.get(given.sku.casefold(), [])
            if len(found) != 1:
                raise InputInvalid({"sku": ["no variant has it"]})
            return require_coded(self._known, found[0].variant_id, "sku").variant_id
        if given.variant_id is UNSET:
            raise InputInvalid({"sku": ["is required"]})
        return require_coded(self._known, given.variant_id).variant_id


async def begin_codes(within: Within, connection: Connection) -> CodesJob:
    """The job over the shop's catalogue as it stands now."""
    return CodesJob(within, connection, await catalogue_in(within, connection))
