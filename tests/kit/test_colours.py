"""A shop's colour can be read wherever a page puts it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gerai.kit.colours import BLACK, WHITE, Colour, colour_fault, contrast, read_colour, readable

PART = st.integers(0, 255)
COLOURS = st.builds(Colour, PART, PART, PART)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("#0b6b53", Colour(11, 107, 83)), ("#FFFFFF", WHITE), ("#000000", BLACK), ("", None), ("#fff", None),
        ("0b6b53", None), ("hijau", None), ("#0b6b5g", None), ("#0b6b53;", None), ("#0b6b53\n", None),
        ("#\u0660\u0660\u0660\u0660\u0660\u0660", None),
    ],
)  # fmt: skip
def test_six_hexadecimal_digits_are_a_colour(text: str, read: Colour | None) -> None:
    """Nothing else is; none at all is no fault."""
    assert read_colour(text) == read
    assert bool(colour_fault(text)) is (bool(text) and read is None)


def test_contrast_is_that_of_wcag() -> None:
    """Black on white is 21, a colour on itself 1; a known grey in between."""
    assert (contrast(BLACK, WHITE), contrast(WHITE, BLACK), contrast(WHITE, WHITE)) == (21, 21, 1)
    assert round(contrast(Colour(0x76, 0x76, 0x76), WHITE), 2) == 4.54


@given(COLOURS, COLOURS)
def test_what_can_be_read_stays_and_the_rest_becomes_readable(colour: Colour, behind: Colour) -> None:
    """Upon any colour; what can be read already is left as it is, and what is written is read again."""
    shown = readable(colour, behind)
    assert contrast(shown, behind) >= 4.5
    assert (shown == colour) is (contrast(colour, behind) >= 4.5)
    assert read_colour(shown.written) == shown
