"""Money: integer sen, one rounding, named formats at the edges."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gerai.domain.money import (
    MAX_SEN,
    decimal_string,
    digits,
    display,
    parse_rupiah,
    percent_of,
    round_rupiah,
    rupiah,
    typed,
    typed_rupiah,
    whole_rupiah,
)

SEN = st.integers(0, MAX_SEN)


@pytest.mark.parametrize(
    ("numerator", "denominator", "sen"),
    [
        (0, 1, 0),
        (49, 1, 0),
        (50, 1, 100),
        (149, 1, 100),
        (150, 1, 200),
        (10_000_66, 1, 10_001_00),
        (1, 3, 0),
        (299, 2, 100),
        (300, 2, 200),
        (301, 2, 200),
    ],
)
def test_rounding_is_half_up_to_the_whole_rupiah(numerator: int, denominator: int, sen: int) -> None:
    """Fifty sen and more go up, less goes down."""
    assert round_rupiah(numerator, denominator) == sen


@given(SEN, st.integers(1, 10**6))
def test_rounding_is_that_of_exact_arithmetic(numerator: int, denominator: int) -> None:
    """round_rupiah equals decimal half-up of the exact quotient, is a whole rupiah and at most 50 sen away."""
    sen = round_rupiah(numerator, denominator)
    exact = Fraction(numerator, denominator)
    assert sen % 100 == 0
    assert abs(sen - exact) <= 50
    assert sen // 100 == (exact / 100 + Fraction(1, 2)).__floor__()


@pytest.mark.parametrize(("numerator", "denominator"), [(-1, 1), (1, 0), (1, -1)])
def test_amounts_are_never_negative(numerator: int, denominator: int) -> None:
    """A negative amount or divisor is a mistake of the caller, not something to round."""
    with pytest.raises(ValueError, match="never negative"):
        round_rupiah(numerator, denominator)


@pytest.mark.parametrize(
    ("amount_sen", "basis_points", "sen"),
    [(1_000_000_00, 150, 15_000_00), (33_33, 1_000, 3_00), (333_00, 50, 2_00), (100_00, 10_000, 100_00), (1_00, 1, 0)],
)
def test_percentages_are_basis_points_rounded_to_rupiah(amount_sen: int, basis_points: int, sen: int) -> None:
    """150 basis points of Rp1.000.000 are Rp15.000; 0.5 % of Rp333 is Rp1.67, so Rp2."""
    assert percent_of(amount_sen, basis_points) == sen


@given(SEN)
def test_decimal_strings_are_exact(sen: int) -> None:
    """decimal_string writes every amount there may be exactly, with two places."""
    text = decimal_string(sen)
    assert Decimal(text) * 100 == sen
    assert text[-3] == "."


@given(st.integers(0, MAX_SEN // 100))
def test_whole_rupiah_are_exact(amount: int) -> None:
    """Rupiah to sen and back is the same amount; one sen more is no whole amount and is refused."""
    assert whole_rupiah(rupiah(amount)) == amount
    with pytest.raises(ValueError, match="not a whole rupiah"):
        whole_rupiah(rupiah(amount) + 1)


@pytest.mark.parametrize(
    ("sen", "text"),
    [
        (0, "Rp0"),
        (99_00, "Rp99"),
        (15_000_00, "Rp15.000"),
        (1_234_567_89, "Rp1.234.567,89"),
        (60_000_05, "Rp60.000,05"),
    ],
)
def test_display_is_how_indonesians_write_it(sen: int, text: str) -> None:
    """Rp, no space, dots between thousands, sen only where there are any."""
    assert display(sen) == text


@given(SEN)
def test_what_is_copied_is_what_is_shown(sen: int) -> None:
    """digits() is display() without its dots and currency: no sen is cut in one of them only."""
    assert digits(sen) == display(sen).removeprefix("Rp").replace(".", "")
    assert (digits(sen).isdigit()) == (sen % 100 == 0)


@pytest.mark.parametrize(
    ("text", "sen"), [("0", 0), ("15000", 15_000_00), ("15000.00", 15_000_00), ("Rp15.000", 15_000_00)]
)
def test_whole_rupiah_are_read(text: str, sen: int) -> None:
    """What a person types at the terminal."""
    assert parse_rupiah(text) == sen


@pytest.mark.parametrize("text", ["Rp", "Rp3.33", "Rp15,000", "Rp1.0000", "Rp15.000,50", "Rp-5", "rp5", "Rp.500"])
def test_what_is_not_as_it_is_shown_is_refused(text: str) -> None:
    """Behind Rp dots stand between thousands, and nowhere else."""
    with pytest.raises(ValueError, match="whole number of rupiah"):
        parse_rupiah(text)


@given(SEN)
def test_what_is_shown_is_read(sen: int) -> None:
    """Whole rupiah copied from a page or from the terminal are the same amount; with sen they are refused, not cut."""
    if sen % 100 == 0 and sen <= MAX_SEN:
        assert parse_rupiah(display(sen)) == sen
    else:
        with pytest.raises(ValueError, match="whole number of rupiah"):
            parse_rupiah(display(sen))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "10.5",
        "3.333",
        "10,000",
        "10.000",
        "-5",
        "+5",
        "1e3",
        " 5",
        "\u0665",
        "9" * 18,
        "Rp",
        "Rp3.33",
        "Rp15,000",
        "Rp1.0000",
        "Rp15.000,50",
        "Rp-5",
        "rp5",
        "Rp.500",
    ],
)
def test_what_is_not_plainly_whole_rupiah_is_refused(text: str) -> None:
    """A dot is a thousand to one reader and a decimal to another: nothing with one is guessed."""
    with pytest.raises(ValueError, match="whole number of rupiah"):
        parse_rupiah(text)


@given(SEN)
def test_a_form_reads_what_it_shows(sen: int) -> None:
    """Whatever stands in a form, on a page or in a banking app is read as the same amount, with Rp or not."""
    for text in (typed(sen), display(sen), digits(sen), f" Rp {typed(sen)} ", f"rp. {digits(sen)}"):
        assert typed_rupiah(text) == sen


@pytest.mark.parametrize(
    ("text", "sen"),
    [
        ("75.000", 75_000_00), ("75000", 75_000_00), ("Rp 75.000", 75_000_00), ("Rp75.000,00", 75_000_00),
        ("75.000,-", 75_000_00), ("1.250.000", 1_250_000_00), ("500", 500_00), ("Rp\u00a075.000,50", 75_000_50),
    ],
)  # fmt: skip
def test_an_amount_as_it_is_typed(text: str, sen: int) -> None:
    """Dots stand between thousands, a comma before sen."""
    assert typed_rupiah(text) == sen


@pytest.mark.parametrize(
    "text",
    [
        "75.5", "1.00", "75,000", "75.00", "75000.00", "1.0000", "0.500", "7.50.000", "75.000.00", "1,250,000",
        "75.000,5", "", "Rp", "-5", "1e3", "75 000", "75rb", "\u0667\u0665", "9" * 18, "1." + "000." * 6 + "000",
    ],
)  # fmt: skip
def test_what_may_mean_two_amounts_is_refused(text: str) -> None:
    """Of what is 75.5 to one reader and 75,500 to another nothing is guessed; neither is anything else read."""
    with pytest.raises(ValueError, match="amount"):
        typed_rupiah(text)


@given(st.text("0123456789.,Rp -", max_size=14))
def test_what_is_read_is_what_stands_there(text: str) -> None:
    """Whatever is read has the figures that were typed, before the comma and behind it, and no others."""
    try:
        sen = typed_rupiah(text)
    except ValueError:
        return
    whole, _, rest = text.partition(",")
    figures = "".join(filter(str.isdigit, whole))
    assert sen == int(figures) * 100 + int("".join(filter(str.isdigit, rest)) or 0)
