"""Where a first parcel is sent from: the district that a seller types, or a new one where the server knows none."""

from __future__ import annotations

from typing import Final

from gerai.domain.refusals import InputInvalid
from gerai.engine.shipping.places import Gazetteer, Place

#: So many are offered where several are called alike.
MOST_ALIKE: Final = 50
SEVERAL: Final = "several districts are called so: choose one"
_REGION_DIGITS: Final = 6


def places_like(places: Gazetteer, typed: str) -> list[Place]:
    """The districts that may be meant, the best first."""
    return places.search(typed)[:MOST_ALIKE] if typed.strip() else []


def place_meant(places: Gazetteer, typed: str) -> Place:
    """The one that is meant, by its number or its name. Refuses InputInvalid (``from``): none, or several."""
    text = typed.strip()
    if text.isascii() and text.isdigit() and (there := places.by_id.get(int(text))) is not None:
        return there
    found = places_like(places, text)
    exact = [one for one in found if text.casefold() in (one.district.casefold(), one.display.casefold())]
    if len(exact) == 1 or len(found) == 1:
        return (exact or found)[0]
    raise InputInvalid({"from": [SEVERAL if found else "no district is called so"]})


def region_code(typed: str) -> str:
    """``35.78.05`` of six digits, however they are parted. Refuses InputInvalid (``region``)."""
    digits = "".join(one for one in typed if one.isascii() and one.isdigit())[:_REGION_DIGITS]
    if len(digits) < _REGION_DIGITS:
        raise InputInvalid({"region": ["six digits"]})
    return f"{digits[:2]}.{digits[2:4]}.{digits[4:]}"
