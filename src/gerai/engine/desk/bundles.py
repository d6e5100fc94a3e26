"""What the views and acts about bundles share: their parts, and what must be true of one and of its prices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from gerai.domain.refusals import InputInvalid
from gerai.engine.catalogue.products import BundlePart, ProductCatalogue
from gerai.engine.desk.fields import Id, refers, words
from gerai.engine.desk.goods import require_known
from gerai.engine.ids import Ids
from gerai.kit.slugs import slug_of

Quantity = Annotated[int, Meta(ge=1, le=10_000)]
Slug = Annotated[str, Meta(max_length=100, pattern=r"^([a-z0-9]+(-[a-z0-9]+)*)?(?![\s\S])")]


class PartGiven(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """So many of a variant."""

    variant_id: Annotated[Id, words("Varian", "Variant"), refers("variants")]
    quantity: Annotated[Quantity, words("Jumlah", "How many")] = 1


Parts = Annotated[tuple[PartGiven, ...], Meta(min_length=1, max_length=100)]


def bundle_parts(
    ids: Ids, catalogue: ProductCatalogue, given: Sequence[PartGiven], there: Sequence[BundlePart] = ()
) -> tuple[BundlePart, ...]:
    """The parts as they are kept; one that is ``there`` keeps its id. Refuses InputInvalid: a variant that is not
    there, or is named twice."""
    named = [part.variant_id for part in given]
    require_known("parts", "variant", named, catalogue.variants)
    if len({*named}) < len(named):
        raise InputInvalid({"parts": ["name a variant twice: say how many of it instead"]})
    kept = {part.variant_id: part.part_id for part in there}
    parts = [BundlePart(kept.get(part.variant_id) or ids.next(), part.variant_id, part.quantity) for part in given]
    # As they are read again.
    return tuple(sorted(parts, key=lambda part: part.part_id))


def free_slug(catalogue: ProductCatalogue, option_id: int, wanted: str, name: str) -> str:
    """The price option's part of an address: as it is wanted, else made of its name, with a number where another one
    has it. Refuses InputInvalid: another one has what is wanted."""
    taken = {one.slug: one.option_id for one in catalogue.options.values() if one.option_id != option_id}
    if wanted:
        if wanted in taken:
            raise InputInvalid({"slug": [f"{wanted} is that of price option {taken[wanted]}"]})
        return wanted
    plain = slug_of(name) or "paket"
    if plain not in taken:
        return plain
    number = next(n for n in range(2, len(taken) + 3) if f"{plain}-{n}" not in taken)
    return f"{plain}-{number}"
