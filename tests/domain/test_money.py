"""Money: integer sen, one rounding, named formats at the edges."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gerai.domain.money import (
    MAX_SEN,
    Money,
    decimal_string,
    digits,
    display,
    parse_decimal,
    parse_rupiah,
    percent_of,
    round_rupiah,
    rupiah,
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


@pytest.mark.parametrize(
    ("text", "sen"),
    [
        ("0", 0),
        ("10000", 1_000_000),
        ("10000.6", 1_000_060),
        ("10000.67", 1_000_067),
        ("10000.675", 1_000_068),
        ("10000.674999", 1_000_067),
        ("14999.849999999999", 1_499_985),
        ("999999999999999.00499999999999999999", 99_999_999_999_999_900),
        ("999999999999999.99500000000000000000", MAX_SEN),
        ("1,250,000.00", 125_000_000),
        ("007", 700),
        ("1000000000000000", MAX_SEN),
    ],
)
def test_decimal_texts_are_read_exactly(text: str, sen: int) -> None:
    """Plain and thousands-separated decimals become sen; what is beyond the sen is rounded half-up to it."""
    assert parse_decimal(text) == sen


@pytest.mark.parametrize(
    "text",
    [
        "", " 1", "1 ", "-1", "+1", "1e3", "1.", ".5", "1,00", "1,0000", "12,34,567", "0x10", "NaN", "Infinity",
        "1_000", "١٢٣", "1000000000000000.01", "9" * 19, "1." + "1" * 21, "1\n",
    ],
)  # fmt: skip
def test_what_is_not_an_amount_is_refused(text: str) -> None:
    """Signs, exponents, odd separators, foreign digits and amounts beyond the largest one are refused."""
    with pytest.raises(ValueError, match="amount"):
        parse_decimal(text)


@given(SEN)
def test_decimal_strings_come_back_as_they_were(sen: int) -> None:
    """decimal_string and parse_decimal are each other's opposite for every amount there may be."""
    text = decimal_string(sen)
    assert parse_decimal(text) == sen
    assert Decimal(text) * 100 == sen
    assert text[-3] == "."


@given(st.decimals(0, 10**15, places=8, allow_nan=False, allow_infinity=False))
def test_reading_agrees_with_decimal_arithmetic(value: Decimal) -> None:
    """Any decimal with eight places is read as its half-up sen."""
    expected = int((value * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))
    assert parse_decimal(format(value, "f")) == expected


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
    """Rp, no space, dots between thousands, no sen."""
    assert display(sen) == text


@given(SEN, SEN, st.integers(0, 1000))
def test_arithmetic_keeps_the_currency(left: int, right: int, quantity: int) -> None:
    """Sums, differences and multiples are those of the integers, in the same currency."""
    assert Money(left) + Money(right) == Money(left + right)
    assert Money(left) - Money(right) == Money(left - right)
    assert Money(left) * quantity == Money(left * quantity)


def test_currencies_do_not_mix() -> None:
    """Adding or subtracting another currency is a mistake, never a number."""
    with pytest.raises(ValueError, match="cannot mix IDR and USD"):
        Money(1) + Money(1, "USD")
    with pytest.raises(ValueError, match="cannot mix IDR and USD"):
        Money(1) - Money(1, "USD")


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
