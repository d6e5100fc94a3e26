"""What the views and acts about licence codes share."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from msgspec import Meta

from gerai.domain.refusals import InputInvalid
from gerai.engine.catalogue.products import ProductCatalogue, Variant
from gerai.engine.desk.fields import END
from gerai.kit.wire import is_kept

#: A code without the blanks around it.
LONGEST_CODE: Final = 500
#: Of one act; a file takes more.
MOST_CODES: Final = 5_000
Code = Annotated[str, Meta(min_length=1, max_length=LONGEST_CODE, pattern=r"^\S([^\r\n]*\S)?" + END)]
#: A line for each.
Codes = Annotated[str, Meta(min_length=1, max_length=200_000, pattern=r"\S")]
Known = Literal["refuse", "skip"]


def codes_in(text: str) -> list[str]:
    """The codes of a text, one in each line that is not blank. Refuses InputInvalid: too many, or one that is no
    code."""
    codes = [line.strip() for line in text.splitlines() if line.strip()]
    if len(codes) > MOST_CODES:
        raise InputInvalid({"codes": [f"at most {MOST_CODES} codes at once: a file takes more"]})
    if any(len(code) > LONGEST_CODE for code in codes):
        raise InputInvalid({"codes": [f"a code has at most {LONGEST_CODE} characters"]})
    if not all(map(is_kept, codes)):
        raise InputInvalid({"codes": ["it holds a character that no text may hold"]})
    return codes


def require_coded(catalogue: ProductCatalogue, variant_id: int, field: str = "variant_id") -> Variant:
    """The variant. Refuses InputInvalid: there is none, or it is sent in a parcel."""
    variant = catalogue.variants.get(variant_id)
    if variant is None:
        raise InputInvalid({field: [f"there is no variant {variant_id}"]})
    if not variant.is_digital:
        raise InputInvalid({field: [f"{variant.name} is sent in a parcel: only what is digital has codes and files"]})
    return variant
