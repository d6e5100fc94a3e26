"""One telephone number has one form, however it was typed or copied."""

from __future__ import annotations

import pytest

from gerai.kit.phones import canonical_phone, find_phone, phone_digits


@pytest.mark.parametrize(
    "spelling",
    [
        "081234567890",
        "81234567890",
        "6281234567890",
        "+6281234567890",
        "+62081234567890",
        "62081234567890",
        "006281234567890",
        "(0812) 3456 7890",
        "0812-3456-7890",
        "0812.3456.7890",
        "+62 (0)812 3456 7890",
        "  +62 812\u00a03456\u20117890 ",
        "\u202a+62 812-3456-7890\u202c",
        "\u2066081234567890\u2069",
        "0812\u200b3456\u200b7890",
        "\ufeff081234567890",
        "٠٨١٢٣٤٥٦٧٨٩٠",
        "00 62 812-3456-7890",
        "00-62-812-3456-7890",
        "(00) 62 812 3456 7890",
        "+ 62 812 3456 7890",
        "0812/3456/7890",
        "081234567890.0",
        "6281234567890.0",
        "+6281234567890.00",
    ],
)
def test_every_spelling_of_a_mobile_number(spelling: str) -> None:
    """Brackets, dashes, dots, blanks, prefixes, other digits and invisible marks do not make another number."""
    assert canonical_phone(spelling) == "+6281234567890"
    assert phone_digits(spelling) == "6281234567890"
    assert find_phone(spelling) == "+6281234567890"


@pytest.mark.parametrize(
    ("spelling", "canonical"),
    [
        ("021-5551234", "+62215551234"),
        ("(021) 555 1234", "+62215551234"),
        ("+62 21 5551234", "+62215551234"),
        ("+1 202 555 0143", "+12025550143"),
        ("+65 6123 4567", "+6561234567"),
        ("85722173217", "+6285722173217"),
        ("62812345678", "+62812345678"),
        ("62 (0)812-345-678", "+62812345678"),
        ("62215551234", "+62215551234"),
        ("021/5551234", "+62215551234"),
        ("62812345678.0", "+62812345678"),
        ("00 62 812-345-678", "+62812345678"),
        ("0062812345678", "+62812345678"),
        ("+39 06 698 1234", "+39066981234"),
        ("0812.3456.000", "+628123456000"),
    ],
)
def test_other_numbers(spelling: str, canonical: str) -> None:
    """Fixed lines and other countries are numbers, too."""
    assert canonical_phone(spelling) == canonical
    assert canonical_phone(canonical) == canonical


@pytest.mark.parametrize(
    "text",
    ["abc", "", " ", "12", "0812x3456", "0812 3456 7890 ext 5", "9" * 40, "+" * 9, "9" * 5000, "\u202a\u202c",
     "1-800-FLOWERS", "toko@example.com", "--", "+62",
     "62812345678/0813", "62812345678;0813", "62812345678, 0813", "62812345678+0813", "62812345678#13",
     "62812345678&0813", "0812345678 / 0813456789", "6.2812345678e10", "08123", "628123",
     "+628123", "+6208123", "0812345", "62812345",
     "+62812345", "+62 0812345", "0062812345", "08123.0"],
)  # fmt: skip
def test_no_numbers(text: str) -> None:
    """Letters, nothing, lengths that no number has, two numbers in one; what is too short is so in every spelling."""
    with pytest.raises(ValueError, match="not a telephone number"):
        canonical_phone(text)
    assert find_phone(text) is None
