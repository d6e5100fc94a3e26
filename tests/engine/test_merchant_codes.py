"""The rule for a new merchant's code and name: what fits, what is refused and why; a code is one merchant's."""

from __future__ import annotations

import asyncio
import itertools

import pytest

from gerai.domain.refusals import InputInvalid
from gerai.engine.core import Engine
from gerai.engine.merchants.open import ENVIRONMENTS, open_merchant

_numbers = itertools.count(1)
RULE = "must be 1 to 63 of a-z, 0-9, - and _, a letter or digit first"


def merchants_called(engine: Engine, code: str) -> list[str]:
    """The names of the merchants with this code."""
    return [merchant.name for merchant in engine.directory.merchants() if merchant.code == code]


@pytest.mark.parametrize("code", ["q", "7", "toko-saya_2", "0-0", "x" * 63, "9" * 63, "a-", "a_"])
async def test_a_code_that_fits(engine: Engine, code: str) -> None:
    """From one character to 63, a letter or a digit first: the merchant is there at once, in both environments."""
    merchant_id = await open_merchant(engine, code, f"Toko {code}")
    assert merchants_called(engine, code) == [f"Toko {code}"]
    assert engine.directory.merchant(merchant_id).code == code
    assert {engine.now(merchant_id, environment).tzinfo is not None for environment in ENVIRONMENTS} == {True}


@pytest.mark.parametrize(
    "code",
    [
        "", " ", "x" * 64, "-toko", "_toko", "Toko", "TOKO", "toko saya", "toko.saya", "toko/saya", "toko\n", "\ntoko",
        "tokó", "\uff17", "toko\u200b", "--merchant", "a,b", "a'b", "%s",
    ],
)  # fmt: skip
async def test_a_code_that_does_not_fit(engine: Engine, code: str) -> None:
    """Refused with the rule and the code as it was written; no merchant is made."""
    before = engine.directory.merchants()
    with pytest.raises(InputInvalid) as refused:
        await open_merchant(engine, code, "Toko")
    assert refused.value.fields == {"merchant": [f"the code {code!r} {RULE}"]}
    assert engine.directory.merchants() == before


@pytest.mark.parametrize("name", ["", " ", "\t\n"])
async def test_a_name_that_is_blank(engine: Engine, name: str) -> None:
    """Pages and mails would show nothing: refused; no merchant is made."""
    with pytest.raises(InputInvalid) as refused:
        await open_merchant(engine, "blank-name", name)
    assert refused.value.fields == {"merchant": ["the name of blank-name is blank"]}
    assert merchants_called(engine, "blank-name") == []


async def test_a_code_is_one_merchants(engine: Engine) -> None:
    """Opened twice, also at the same moment, one is opened; the other is refused and changes nothing of it."""
    code = f"once{next(_numbers)}"
    results = await asyncio.gather(
        *(open_merchant(engine, code, name) for name in ("Pertama", "Kedua")), return_exceptions=True
    )
    opened = [result for result in results if isinstance(result, int)]
    refused = [result for result in results if isinstance(result, InputInvalid)]
    assert (len(opened), len(refused)) == (1, 1)
    said = {"merchant": [f"there is a merchant with the code {code} already"]}
    assert refused[0].fields == said
    [name] = merchants_called(engine, code)
    with pytest.raises(InputInvalid) as again:
        await open_merchant(engine, code, "Ketiga", simulated=True)
    assert again.value.fields == said
    assert merchants_called(engine, code) == [name]
    assert not engine.directory.merchant(opened[0]).simulated
