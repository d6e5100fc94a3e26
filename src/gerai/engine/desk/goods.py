"""What the views and acts about goods share: fields, the catalogue within a change, pages of what is in memory."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Annotated, Final, Literal, TypeVar

import msgspec
from msgspec import Meta

from gerai.domain.refusals import InputInvalid
from gerai.engine.catalogue.products import ProductCatalogue, Store
from gerai.engine.catalogue.storefront import STOREFRONT
from gerai.engine.desk.fields import END, Id
from gerai.engine.desk.house import Within
from gerai.kit.ids import token
from gerai.store.connection import Connection

Record = TypeVar("Record", bound=msgspec.Struct)

_HTTPS: Final = r"https://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[!-~]*)?"
Image = Annotated[str, Meta(max_length=500, pattern=f"^{_HTTPS}{END}")]
#: Or none.
Logo = Annotated[str, Meta(max_length=500, pattern=f"^({_HTTPS})?{END}")]
Images = Annotated[tuple[Image, ...], Meta(max_length=20)]
Word = Annotated[str, Meta(min_length=1, max_length=50, pattern=r"^\S([^\n]*\S)?" + END)]
Labels = Annotated[tuple[Word, ...], Meta(max_length=20)]
#: What the variants of a product differ in, and what one of them has of it.
Options = Annotated[tuple[Word, ...], Meta(max_length=3)]
Sku = Annotated[str, Meta(max_length=64, pattern=r"^([!-~]([ -~]*[!-~])?)?" + END)]
WeightG = Annotated[int, Meta(ge=0, le=10_000_000)]
Wording = Annotated[str, Meta(max_length=200)]
ItemType = Literal["physical", "digital", "course", "license", "subscription"]
StoreIds = Annotated[tuple[Id, ...], Meta(max_length=200)]


def catalogue_of(within: Within) -> ProductCatalogue:
    """The shop's catalogue as it is known now; for showing."""
    return within.engine.directory.get(STOREFRONT, within.merchant_id).catalogue


async def catalogue_in(within: Within, connection: Connection) -> ProductCatalogue:
    """The catalogue as it is in this transaction, a block of ``changing``; for deciding."""
    return (await within.engine.directory.read_in(connection, STOREFRONT, within.merchant_id)).catalogue


def newest_first(known: Mapping[int, Record], after: str, limit: int, fits: Callable[[Record], bool]) -> list[int]:
    """The ids of those that fit, greatest first, below ``after``; one more than ``limit`` where there are more."""
    below = int(after) if after else None
    found: list[int] = []
    for id in sorted(known, reverse=True):
        if (below is None or id < below) and fits(known[id]):
            found.append(id)
            if len(found) > limit:
                break
    return found


def next_after(ids: list[int], limit: int) -> str:
    """What to ask for to see those after a page of ``limit``; empty: there are none."""
    return str(ids[limit - 1]) if len(ids) > limit else ""


def folded(text: str) -> str:
    """As texts are compared, whatever their case; an empty one is in all."""
    return text.strip().casefold()


def unique_id(kind: str) -> str:
    """A fresh public name: ``variant_…``."""
    return f"{kind}_{token(18)}"


def offering(catalogue: ProductCatalogue, named: Collection[int]) -> list[Store]:
    """The stores that shall offer something new: those named, else the shop's only one; none where there is none yet.

    Refuses InputInvalid: one that is not there, or none named where there are several.
    """
    if not named:
        if len(catalogue.stores) > 1:
            which = ", ".join(f"{store.store_id} {store.name}" for store in catalogue.stores.values())
            raise InputInvalid({"stores": [f"say which of them: {which}"]})
        return [*catalogue.stores.values()]
    require_known("stores", "store", named, catalogue.stores)
    return [catalogue.stores[id] for id in dict.fromkeys(named)]


def require_known(field: str, thing: str, ids: Iterable[int], known: Collection[int]) -> None:
    """Refuses InputInvalid: an id that names nothing."""
    if absent := [str(id) for id in ids if id not in known]:
        raise InputInvalid({field: [f"there is no {thing} {', '.join(absent)}"]})
