"""Districts (kecamatan), and finding one by what a person typed. Pure: works on a snapshot, reads nothing."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

import msgspec

EARTH_RADIUS_KM = 6371.0
_QUOTES = re.compile("[\"'`\u2018\u2019\u201c\u201d]")
_WORD = re.compile(r"[^\W_]+")
#: Words people put before a name; they are dropped when something else remains to search by.
_FILLERS = frozenset({"kecamatan", "kec", "provinsi", "prov"})


class Place(msgspec.Struct, frozen=True):
    """One district. ``code`` is the official region code ``PP.RR.DD`` (province, regency, district); the
    coordinates are degrees, None when nobody knows them."""

    location_id: int
    code: str
    district: str
    city: str
    province: str
    latitude: float | None = None
    longitude: float | None = None
    postal_codes: tuple[str, ...] = ()

    @property
    def display(self) -> str:
        return f"{self.district}, {self.city}, {self.province}"


def words(text: str) -> list[str]:
    """Lower-case words of a name. Quotes inside a word are dropped (``Ra"as`` is ``raas``), all else separates."""
    return _WORD.findall(_QUOTES.sub("", text).casefold())


@dataclass(frozen=True)
class _Entry:
    place: Place
    district_words: tuple[str, ...]
    district: str
    display: str


def _entry(place: Place) -> _Entry:
    district = words(place.district)
    return _Entry(place, tuple(district), " ".join(district), " ".join(words(place.display)))


def _rank(entry: _Entry, wanted: list[str], phrase: str) -> int:
    """How good a match is; smaller is better."""
    if entry.district == phrase:
        return 0
    if set(entry.district_words) <= set(wanted):
        return 1
    if entry.district.startswith(phrase):
        return 2
    if all(f" {word}" in f" {entry.display}" for word in wanted):
        return 3
    return 4


@dataclass(frozen=True)
class Gazetteer:
    """All districts, by id and searchable."""

    by_id: dict[int, Place] = field(default_factory=dict[int, Place])
    _entries: tuple[_Entry, ...] = ()

    @staticmethod
    def of(places: Iterable[Place]) -> Gazetteer:
        ordered = sorted(places, key=lambda place: place.location_id)
        return Gazetteer({place.location_id: place for place in ordered}, tuple(_entry(place) for place in ordered))

    @cached_property
    def regions(self) -> dict[str, str]:
        """What each province, regency and district is called, by its code."""
        found: dict[str, str] = {}
        for place in self.by_id.values():
            province, _, _ = place.code.partition(".")
            found[province] = place.province
            found[place.code.rpartition(".")[0]] = f"{place.city}, {place.province}"
            found[place.code] = place.display
        return found

    def search(self, query: str) -> list[Place]:
        """Districts whose ``district, city, province`` contains every word of the query.

        Order: the district is exactly the query; the query names the whole district (and more); the district begins
        with the query; every word begins a word; the rest. Then by display name and id, so that paging is stable.
        An empty query finds all districts; one without a letter or digit finds none. (contracts: Scalev §7.1)
        """
        if not query.strip():
            return list(self.by_id.values())
        typed = words(query)
        wanted = [word for word in typed if word not in _FILLERS] or typed
        if not wanted:
            return []
        phrase = " ".join(wanted)
        found = [
            (_rank(entry, wanted, phrase), entry.display, entry.place.location_id, entry.place)
            for entry in self._entries
            if all(word in entry.display for word in wanted)
        ]
        found.sort(key=lambda hit: hit[:3])
        return [hit[3] for hit in found]


def distance_km(one: Place, other: Place) -> float | None:
    """Great-circle distance in kilometres, one decimal; None when a coordinate is unknown."""
    if one.latitude is None or one.longitude is None or other.latitude is None or other.longitude is None:
        return None
    latitude, other_latitude = math.radians(one.latitude), math.radians(other.latitude)
    half = (
        math.sin((other_latitude - latitude) / 2) ** 2
        + math.cos(latitude)
        * math.cos(other_latitude)
        * math.sin(math.radians(other.longitude - one.longitude) / 2) ** 2
    )
    return round(2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(half))), 1)
