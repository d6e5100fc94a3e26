"""How a door takes idempotency keys, and the flow around them: what a key did before wins over a refusal of now."""

from __future__ import annotations

from typing import Any, cast

import msgspec
import pytest

from gerai.domain.refusals import Busy, IdempotencyKeyReused, InputInvalid, NotFound
from gerai.doors.http.context import RequestContext
from gerai.doors.http.headers import RequestHeaders
from gerai.doors.http.idempotency import IdempotencyKeys, replay_headers, submit_once
from gerai.engine.command import Command, Idempotency, Outcome

KEYS = IdempotencyKeys(
    dialect="sample",
    headers=("idempotency-key", "x-idempotency-key"),
    too_long="too long",
    unprintable="unprintable",
)
SHOWN = IdempotencyKeys(dialect="sample", too_long="too long", unprintable="unprintable", shown_as="Idempotency-Key")


class Wanted(msgspec.Struct, frozen=True):
    name: str
    free: dict[str, int] = {}


class Engine:
    """Only what the flow asks of an engine: what is stored under the key, and what submitting does."""

    def __init__(self, stored: str | None = None, refusal: Exception | None = None) -> None:
        self.stored, self.refusal, self.submitted, self.looked = stored, refusal, 0, 0

    async def submit(self, _command: object, _attempt: Idempotency | None) -> Outcome[str]:
        self.submitted += 1
        if self.refusal is not None:
            raise self.refusal
        return Outcome("new", replayed=False)

    async def find_answer(self, *_: object) -> str | None:
        self.looked += 1
        return self.stored


def context(engine: Engine | None = None, **headers: str) -> RequestContext:
    """A request with these headers, of a key of merchant 7."""
    raw = [(name.replace("_", "-").encode(), value.encode("latin-1")) for name, value in headers.items()]

    class Context:
        headers = RequestHeaders(raw)

        class services:  # noqa: N801
            pass

        class caller:  # noqa: N801
            environment = "sandbox"

            class merchant:  # noqa: N801
                merchant_id = 7

    Context.services.engine = engine  # type: ignore[attr-defined]
    return cast("RequestContext", Context())


def test_the_name_the_digest_and_the_owner() -> None:
    """Operations begin with the dialect's name; the digest covers what was decoded, in any order of its free parts."""
    one = KEYS.attempt(context(idempotency_key="k"), "create_order", "merchant", Wanted("a", {"x": 1, "y": 2}))
    same = KEYS.named("create_order", "merchant", "k", Wanted("a", {"y": 2, "x": 1}))
    other = KEYS.named("create_order", "merchant", "k", Wanted("a", {"y": 2, "x": 2}))
    assert one == same
    assert (same.owner, same.operation, same.key) == ("merchant", "sample.create_order", "k")
    assert same.fingerprint != other.fingerprint


def test_which_header_counts() -> None:
    """The first that is sent and not empty; none is no key, and so is an empty one or one of blanks."""
    assert KEYS.read(context()) is None
    assert [SHOWN.read(context(idempotency_key=key)) for key in ("", " ", "\t ")] == [None] * 3
    assert KEYS.read(context(idempotency_key=" ", x_idempotency_key="b")) == "b"
    assert KEYS.read(context(idempotency_key="a", x_idempotency_key="b")) == "a"
    assert KEYS.read(context(idempotency_key="x" * 255)) == "x" * 255
    assert KEYS.attempt(context(), "create_order", "merchant", Wanted("a")) is None


@pytest.mark.parametrize(
    ("keys", "key", "fields"),
    [
        (KEYS, "x" * 256, {"idempotency-key": ["too long"]}),
        (KEYS, "kunci-é", {"idempotency-key": ["unprintable"]}),
        (SHOWN, "tab\there", {"Idempotency-Key": ["unprintable"]}),
    ],
)
def test_keys_that_cannot_be_one(keys: IdempotencyKeys, key: str, fields: dict[str, list[str]]) -> None:
    """Refused in the door's words, as a fault of the headers."""
    with pytest.raises(InputInvalid) as refused:
        keys.read(context(idempotency_key=key))
    assert (refused.value.fields, refused.value.where) == (fields, "headers")


ATTEMPT = Idempotency("merchant", "sample.create_order", "k", b"")


async def run(engine: Engine, attempt: Idempotency | None, refused: Exception | None = None) -> Outcome[Any]:
    async def compose() -> Command[Any]:
        if refused is not None:
            raise refused
        return cast("Command[Any]", object())

    return await submit_once(context(engine), attempt, compose, Command[Any])


async def test_a_new_key_costs_no_look_up() -> None:
    """The engine decides in the order's own transaction; nothing is read before."""
    engine = Engine()
    outcome = await run(engine, ATTEMPT)
    assert (outcome.answer, outcome.replayed, engine.looked) == ("new", False, 0)
    assert replay_headers(outcome) is None


@pytest.mark.parametrize("attempt", [None, ATTEMPT])
async def test_a_refusal_without_an_earlier_answer_is_refused(attempt: Idempotency | None) -> None:
    """From composing or from submitting; nothing was submitted when composing refused."""
    engine = Engine()
    with pytest.raises(NotFound):
        await run(engine, attempt, NotFound("item"))
    assert engine.submitted == 0
    with pytest.raises(Busy):
        await run(Engine(refusal=Busy()), attempt)


async def test_what_the_key_did_before_wins() -> None:
    """A partner that is down or a product that is gone does not hide the order that exists."""
    for engine, refused in ((Engine("old"), NotFound("item")), (Engine("old", Busy()), None)):
        outcome = await run(engine, ATTEMPT, refused)
        assert (outcome.answer, outcome.replayed, engine.looked) == ("old", True, 1)
        assert replay_headers(outcome) == {"Idempotency-Replayed": "true"}


async def test_another_request_under_the_key_is_refused() -> None:
    """Whatever else would be refused of it."""

    class Other(Engine):
        async def find_answer(self, *_: object) -> str | None:
            raise IdempotencyKeyReused("k")

    with pytest.raises(IdempotencyKeyReused):
        await run(Other(), ATTEMPT, NotFound("item"))
