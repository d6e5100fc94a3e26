"""Names and other texts of one line hold no line ends, no control characters, and nothing that turns directions."""

from __future__ import annotations

from typing import Any

import pytest

from console_kit import browser_of, enter, joined
from desk_kit import do, seen
from gerai.app import App
from gerai.domain.refusals import InputInvalid
from gerai.engine.desk.acts.invite_person import NewInvite
from gerai.engine.desk.acts.load_codes import ACT as LOAD_CODES
from gerai.engine.desk.fault_words import in_indonesian
from gerai.engine.desk.house import Within
from gerai.engine.desk.read import fields_of, read_json, read_texts
from gerai.engine.desk.registry import acts
from gerai.engine.people.join import accept

FAULT = "it holds a line break, or a character that is not seen"
ODD = ["\r\n", "\n", "\t", "\x1b", "\x7f", "\x85", "\u2028", "\u2029", *map(chr, range(0x202A, 0x202F))]
ODD += map(chr, range(0x2066, 0x206A))
_NAMES = [(act.name, f.name) for act in acts().values() for f in fields_of(act.input) if f.name in ("name", "title")]


@pytest.mark.parametrize(("act", "name"), _NAMES)
def test_no_name_takes_what_is_not_seen(act: str, name: str) -> None:
    """Every name of every act, from JSON and from a form: refused under its field, wherever the character stands."""
    struct = acts()[act].input
    for odd in ODD:
        for text in (f"Kaos{odd}gpj.exe", f"{odd}Kaos", f"Kaos{odd}"):
            for read in (lambda given: read_json(struct, given), lambda given: read_texts(struct, given, rupiah=True)):
                with pytest.raises(InputInvalid) as refused:
                    read({name: text})
                assert refused.value.fields[name] == [FAULT]
    assert in_indonesian(FAULT) != FAULT


@pytest.mark.parametrize("text", ["Kaos 'Ombak' ①", "قميص", "Çelik – ½", "👩‍👧", "नमस्ते"])
def test_what_people_call_things_is_taken(text: str) -> None:
    """Letters of every script, signs and pictures stay."""
    given: Any = read_json(acts()["merchants.rename"].input, {"name": text})
    assert given.name == text


def test_texts_of_many_lines_keep_them() -> None:
    """A description, codes and a setting are written in lines."""
    text = "satu\r\ndua\n\ttiga"
    for act, given in (
        ("services.add", {"name": "x", "description": text}),
        ("settings.set", {"name": "x", "value": text}),
        (LOAD_CODES.name, {"codes": text}),
    ):
        struct = acts()[act].input
        with pytest.raises(InputInvalid) as refused:
            # A field that there is none of, so that each of them is refused, and says for what.
            read_json(struct, given | {"no_such_field": 1})
        assert set(refused.value.fields) & {"description", "value", "codes"} == set()


async def test_a_list_of_texts_is_read_one_by_one(within: Within) -> None:
    """Also within lists and parts: choices of an order's fields."""
    field = {"name": "size", "label_id": "Ukuran", "label_en": "Size\u202e", "kind": "text"}
    with pytest.raises(InputInvalid) as refused:
        read_json(acts()["service_types.fields"].input, {"id": 1, "fields": [field]})
    assert refused.value.fields["fields"] == [FAULT]


async def test_whoever_joins_has_such_a_name(within: Within) -> None:
    """A person's own name is one line, too; the invitation is still good."""
    secret = (await do(within, "people.invite", NewInvite(name="Budi", role="viewer"))).secret.rpartition("/")[2]
    for name in ("Budi\nadmin", "Budi\u202e", "Budi\0", "x" * 201):
        with pytest.raises(InputInvalid) as refused:
            await accept(within.engine, secret, "budi-satu-baris", name, "rahasia sekali 1")
        assert list(refused.value.fields) == ["name"]
        assert in_indonesian(refused.value.fields["name"][0]) != refused.value.fields["name"][0]
    assert await seen(within, "people.list") == []
    await accept(within.engine, secret, "budi-satu-baris", "Budi", "rahasia sekali 1")


async def test_a_search_says_so(app: App, within: Within) -> None:
    """A list that is asked for such a text says what is wrong, and is no error of the server."""
    async with browser_of(app) as browser:
        await enter(browser, await joined(within))
        page = await browser.get(f"/console/{within.merchant.code}/production/products", params={"query": "a\u202eb"})
    assert page.status_code in (200, 400)
