"""A command takes the words of its lists and no other: whoever composes one hears so, by name."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any

import pytest

import gerai.engine
from engine_kit import Shop
from gerai.domain.refusals import InputInvalid
from gerai.doors.dialects.scalev.demo.goods import goods
from gerai.engine.catalogue.extend import CatalogueAdditions, extend_catalogue
from gerai.engine.catalogue.store_settings import StoreSettings
from gerai.engine.catalogue.storefront import STOREFRONT
from gerai.engine.command import Command, _words_of
from gerai.engine.core import Engine
from gerai.engine.merchants.open import changing


def commands() -> Iterator[type[Command[Any]]]:
    """Every command of the engine."""
    for found in pkgutil.walk_packages(gerai.engine.__path__, "gerai.engine."):
        importlib.import_module(found.name)
    waiting = list(Command.__subclasses__())
    while waiting:
        command = waiting.pop()
        waiting += command.__subclasses__()
        yield command


#: What each command's fields may say: the ones that other tables or types know.
WORDS = {(command, name): words for command in commands() for name, words in _words_of(command).items()}


def test_the_lists_are_found() -> None:
    """Where an order goes when it is paid, how it is funded and begins, what became of payments, deposits and work."""
    found = {(command.__name__, name) for command, name in WORDS}
    assert found >= {
        ("PlaceOrder", "after_payment"), ("PlaceOrder", "funding"), ("PlaceOrder", "status"),
        ("PlaceOrder", "fee_bearer"), ("StartPayment", "settle_outcome"), ("StartDeposit", "settle_outcome"),
        ("RecordPayment", "outcome"), ("RecordPayment", "played"), ("RecordDeposit", "outcome"),
        ("RecordFulfilment", "outcome"), ("ResolveLate", "decision"),
    }  # fmt: skip


@pytest.mark.parametrize(("command", "name"), WORDS, ids=lambda value: getattr(value, "__name__", value))
def test_no_other_word_is_taken(command: type[Command[Any]], name: str) -> None:
    """The complaint names the field, the word and those that may stand there. Each of them is taken."""
    words = WORDS[command, name]
    given: dict[str, Any] = {
        field: next(iter(WORDS.get((command, field), (0,)))) for field in command.__struct_fields__
    }
    for word in words:
        assert getattr(command(**{**given, name: word}), name) == word
    with pytest.raises(ValueError, match=f"^{name}: no such word: finnish") as refused:
        command(**{**given, name: "finnish"})
    assert all(str(word) in str(refused.value) for word in words)


async def test_an_order_that_would_go_nowhere_is_not_placed(shop: Shop) -> None:
    """``after_payment`` with a verb that no order has."""
    with pytest.raises(ValueError, match=r"^after_payment: no such word: finish; one of cancel"):
        await shop.place(after_payment="finish")
    assert await shop.rows("SELECT count(*) FROM orders WHERE merchant_id = %s") == [(0,)]


FAULTY: list[tuple[dict[str, Any], str]] = [
    ({"digital_completion": "atuo"}, "no such value: atuo (did you mean auto?); one of auto, when_settled, manual"),
    ({"digital_complete": "manual"}, "no such setting: digital_complete (did you mean digital_completion?)"),
    ({"unique_code_max": -1}, "a number is 0 or more"),
    ({"expire_after_h": "soon"}, "a whole number is needed, not a text"),
]


@pytest.mark.parametrize(("given", "fault"), FAULTY)
def test_a_stores_settings(given: dict[str, Any], fault: str) -> None:
    """What does not fit is refused by name; in a row edited by hand it has its default, the rest counts."""
    with pytest.raises(InputInvalid) as refused:
        StoreSettings.checked(given)
    assert [texts[0][: len(fault)] for texts in refused.value.fields.values()] == [fault]
    assert StoreSettings.read({"min_name_length": 3, **given}) == StoreSettings(min_name_length=3)


async def test_a_shop_with_a_faulty_row_is_served(engine: Engine, merchant: Any) -> None:
    """One store's settings are nonsense: the merchant's catalogue is read all the same, that store with defaults."""
    from_demo = goods().stores
    await extend_catalogue(engine, merchant.merchant_id, CatalogueAdditions(stores=from_demo))
    await _write_settings(engine, merchant.merchant_id, from_demo[0].store_id, '["nonsense"]')
    read = engine.directory.get(STOREFRONT, merchant.merchant_id).catalogue.stores
    assert [read[store.store_id].settings for store in from_demo] == [StoreSettings(), from_demo[1].settings]
    # Every process that reads the stores of this database would name it again.
    await _write_settings(engine, merchant.merchant_id, from_demo[0].store_id, "{}")


async def _write_settings(engine: Engine, merchant_id: int, store_id: int, settings: str) -> None:
    async with changing(engine, merchant_id) as connection:
        await connection.execute(
            "UPDATE stores SET settings = %s::jsonb WHERE merchant_id = %s AND store_id = %s",
            [settings, merchant_id, store_id],
        )
