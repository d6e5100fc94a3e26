"""The first steps of a shop, one question a page: where its money comes in, what it sells, an order to try; beside them
keys for programs.

Each can be left out, and gone back to: what is done is what the shop has.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from starlette.responses import Response

from gerai.domain.refusals import InputInvalid, NotFound, PermissionMissing, Refusal
from gerai.doors.console import answers
from gerai.doors.console.acting import at_form, require_proof
from gerai.doors.console.first_steps import hide, may_do, next_of, steps_of
from gerai.doors.console.looking import desk_page
from gerai.doors.console.start_fields import inputs, with_places
from gerai.doors.console.start_keys import StartKeys
from gerai.doors.console.start_try import StartTry
from gerai.doors.console.who import AtDesk, last_of
from gerai.doors.console.words import DeskWords
from gerai.doors.http.context import RequestContext
from gerai.doors.http.uploads import taking_file
from gerai.engine.desk.acts.add_account import NewAccount
from gerai.engine.desk.acts.add_file import LARGEST_BYTES
from gerai.engine.desk.first_doing import Doing
from gerai.engine.desk.first_kinds import NO_PLACES
from gerai.engine.desk.first_questions import Answers
from gerai.engine.desk.first_sale import asked_faults, sale_of, sell_first
from gerai.engine.desk.first_shop import FirstStep, step_named
from gerai.engine.desk.own_sales import own_sales
from gerai.engine.desk.read import read_texts
from gerai.engine.desk.registry import acts, perform
from gerai.engine.desk.shipping import districts_of
from gerai.kit.clock import real_now
from gerai.kit.ids import token

#: Kept with what is done here.
REASON: Final = "langkah pertama"
#: The question of a step that decides which others are asked.
_CHOICE: Final = {"paid": "pay", "sell": "sell"}
_METHODS: Final = {"bank": "bank_transfer", "qris": "qris"}
#: What the act calls otherwise than the questions.
_ASKED: Final = {"code": "qris"}
_MULTIPART: Final = "multipart/form-data"
_NOT_HERE: Final = "no district is known on this server: whoever runs it imports them"


@dataclass(frozen=True)
class _Sent:
    """What a form brought: its fields, and the file that was chosen; empty: none was."""

    fields: dict[str, list[str]]
    content: bytes = b""
    filled: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "filled", {name: texts[-1] for name, texts in self.fields.items()})


async def start_page(ctx: RequestContext, desk: AtDesk) -> Response:
    """On to the first step that is open."""
    return answers.see(next_of(desk, await steps_of(desk)))


class StartPages:
    """The endpoints of one step."""

    def __init__(self, tries: StartTry, keys: StartKeys) -> None:
        self._tries, self._keys = tries, keys

    async def page(self, ctx: RequestContext, desk: AtDesk) -> Response:
        """What is asked: which way, or the fields of that way. Refuses NotFound and PermissionMissing."""
        name = ctx.path_params["step"]
        if name == "order":
            return await self._tries.page(ctx, desk)
        if name == "tried":
            return await self._tries.tried_page(ctx, desk)
        step = _step(desk, name)
        if step.name == "key":
            return await self._keys.page(ctx, desk, step)
        return await _form(ctx, desk, step, dict(ctx.query))

    async def sent(self, ctx: RequestContext, desk: AtDesk) -> Response:
        """Done, and on to the next; or the form again with what is wrong. Refuses NotFound, PermissionMissing,
        RateLimited, Busy."""
        name = ctx.path_params["step"]
        if not (ctx.headers.get("content-type") or "").startswith(_MULTIPART):
            return await self._done(ctx, desk, name, _Sent(await desk.visitor.form(ctx)))
        with taking_file(acts()["files.add"], desk.within):
            fields, content = await desk.visitor.form_with_file(ctx, LARGEST_BYTES)
            sent = _Sent({one: [text] for one, text in fields.items()}, content)
            return await self._done(ctx, desk, name, sent)

    async def _done(self, ctx: RequestContext, desk: AtDesk, name: str, sent: _Sent) -> Response:
        doing = Doing(desk.caller, REASON, last_of(sent.fields, "once")[:64])
        match name:
            case "order":
                return await self._tries.sent(ctx, desk, sent.fields, doing)
            case "tried":
                return await self._tries.tried_sent(ctx, desk)
            case "hide":
                await hide(desk)
                return answers.see(desk.base)
            case "key":
                return await self._keys.sent(ctx, desk, _step(desk, name), sent.fields, doing)
            case _:
                return await _answered(ctx, desk, _step(desk, name), sent, doing)


async def _answered(ctx: RequestContext, desk: AtDesk, step: FirstStep, sent: _Sent, doing: Doing) -> Response:
    try:
        for act in step.acts[:1]:
            await require_proof(ctx, desk, acts()[act], sent.fields)
        await (_paid if step.name == "paid" else _sell)(desk, sent, doing)
    except InputInvalid as refusal:
        faults = asked_faults(refusal) if step.name == "sell" else _of_account(refusal)
        return await _form(ctx, desk, step, sent.filled, faults)
    except Refusal as refusal:
        return await _form(ctx, desk, step, sent.filled, refused=at_form(refusal, answers.words_for(ctx)))
    return answers.see(next_of(desk, await steps_of(desk), step.name))


def _step(desk: AtDesk, name: str) -> FirstStep:
    step = step_named(name)
    if step is None or name == "shop":
        raise NotFound("step", name)
    if not may_do(desk, step):
        raise PermissionMissing(acts()[step.acts[0]].permission)
    return step


def _of_account(refusal: InputInvalid) -> dict[str, list[str]]:
    return {_ASKED.get(name, name): texts for name, texts in refusal.fields.items()}


async def _paid(desk: AtDesk, sent: _Sent, doing: Doing) -> None:
    """Refuses as the act: also that nobody has said that what was understood is theirs."""
    given = sent.filled
    texts = {name: given.get(_ASKED.get(name, name), "") for name in ("bank", "number", "holder", "code")}
    texts |= {"method": _METHODS.get(given.get("pay", ""), ""), "mine": "yes" if given.get("mine") else "no"}
    account = read_texts(NewAccount, {name: text for name, text in texts.items() if text}, rupiah=True)
    await perform(acts()["accounts.add"], desk.within, account, doing.caller, reason=doing.reason, key=doing.once)


async def _sell(desk: AtDesk, sent: _Sent, doing: Doing) -> None:
    """Refuses as what is made; of a district that is new, also that this person does not run the server."""
    places, sale = districts_of(desk.within), sale_of(sent.filled, sent.content)
    if sale.goods is not None and not places.by_id and not desk.visitor.who.person.everywhere:
        raise InputInvalid({"from": [_NOT_HERE]})
    await sell_first(desk.within, doing, sale, places)


async def _form(
    ctx: RequestContext, desk: AtDesk, step: FirstStep, filled: dict[str, str],
    faults: dict[str, list[str]] | None = None, refused: tuple[int, str] = (400, ""),
) -> Response:  # fmt: skip
    """The ways there are; or, where one is chosen, its fields. ``mine`` among the faults: what was understood is to be
    said to be theirs."""
    words, steps, found = answers.words_for(ctx), await steps_of(desk), faults or {}
    decides = next(one for one in step.questions if one.name == _CHOICE[step.name])
    chosen = filled.get(decides.name, "")
    chosen = chosen if chosen in decides.choices else ""
    places = districts_of(desk.within)
    given: Answers = {**filled, decides.name: chosen, **({} if places.by_id else {NO_PLACES: "yes"})}
    asked = [one for one in step.questions if one is not decides and chosen and one.needed(given)]
    fields = with_places(inputs(asked, words, filled, found), places, found)
    shown = {one.name for one in fields} | {"mine", "password", "app_code"}
    onward = next_of(desk, steps, step.name)
    ways = [] if chosen else [
        (onward if name == "later" else f"?{decides.name}={name}", words.of(text), name == "later")
        for name, text in decides.choices.items()
    ]  # fmt: skip
    said = [text for name, texts in found.items() if name not in shown for text in texts]
    proven = not acts()[step.acts[0]].grave or desk.visitor.who.has_proven(real_now())
    facts: dict[str, Any] = {
        "title": words.of(decides.text) if not chosen else words.of(decides.choices[chosen]), "step": step,
        "place": _place(steps, step), "ways": ways, "fields": fields, "chosen": chosen,
        "hint": _hint(words, step, chosen),
        "decides": decides.name, "mine": found.get("mine", []), "faults": found, "problem": refused[1], "said": said,
        "once": token(), "proven": proven, "has_codes": desk.visitor.who.person.totp is not None, "onward": onward,
        "has_file": any(one.kind == "file" for one in fields),
    }  # fmt: skip
    bad = bool(said or refused[1] or set(found) - {"mine"})
    return desk_page(ctx, desk, "start.html", "home", refused[0] if bad else 200, **facts)


def _hint(words: DeskWords, step: FirstStep, chosen: str) -> str:
    """How what was chosen goes; else what the step is for."""
    if (own := own_sales().get(chosen)) is not None:
        return words.of(own.text)
    return words.word("start", f"{chosen if words.knows('start', f'{chosen}_text') else step.name}_text")


def _place(steps: list[Any], step: FirstStep) -> tuple[int, int]:
    """Which of the pages this is, and of how many: those that people are led to, and the first order."""
    names = [one.step.name for one in steps if not one.step.aside]
    return (names.index(step.name) + 1, len(names) + 1)
