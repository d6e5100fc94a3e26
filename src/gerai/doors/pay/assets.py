"""The pages' style sheet, script and icon, read once. Their address carries a digest: browsers keep them for good."""

from __future__ import annotations

import re
from typing import Final

from gerai.doors.http.assets import TYPES, Asset, digest_of, read_assets
from gerai.kit.colours import BLACK, WHITE, Colour, read_colour, readable

_COLOUR_SHEET: Final = re.compile(r"colour-(?P<colour>[0-9a-f]{6})\.css")
#: What the style sheet has behind its links: the darkest by day, the lightest by night.
_PAPER, _NIGHT = Colour(0xF4, 0xF2, 0xEC), Colour(0x1E, 0x27, 0x24)
#: How much darker, or lighter, a pressed button is, in per cent.
_PRESSED: Final = 15


ASSETS: Final = read_assets(__package__ or "")
DIGEST: Final = digest_of(ASSETS)


def asset_url(name: str) -> str:
    """The address of an asset. KeyError for one that does not exist."""
    if asset_named(name) is None:
        raise KeyError(name)
    return f"/_pay/{DIGEST}/{name}"


def asset_named(name: str) -> Asset | None:
    """The file, or the sheet of a shop's colour (:func:`colour_sheet`); None for a name that is neither."""
    found = ASSETS.get(name)
    if found is None and (match := _COLOUR_SHEET.fullmatch(name)):
        colour = read_colour(f"#{match['colour']}")
        return None if colour is None else Asset(_colours(colour).encode(), TYPES["css"])
    return found


def colour_sheet(colour: Colour) -> str:
    """The name of the style sheet that draws a page's buttons and links in ``colour``."""
    return f"colour-{colour.written.removeprefix('#')}.css"


def _colours(colour: Colour) -> str:
    """As near to ``colour`` as it can be read: as a link on the page, and under the text of a button."""
    day, night = readable(colour, _PAPER), readable(colour, _NIGHT)
    return (
        f":root {{ {_named(day, BLACK)} --brand-ink: {WHITE.written}; }}\n"
        "@media screen and (prefers-color-scheme: dark) "
        f"{{ :root {{ {_named(night, WHITE)} --brand-ink: {BLACK.written}; }} }}\n"
    )


def _named(brand: Colour, pressed: Colour) -> str:
    return f"--brand: {brand.written}; --brand-press: {brand.towards(pressed, _PRESSED).written};"
