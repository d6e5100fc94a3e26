"""Which of the languages a page is read in, and how the choice is remembered."""

from __future__ import annotations

from importlib import resources
from typing import Final, Literal, get_args

import msgspec

from gerai.doors.http.context import RequestContext

Language = Literal["id", "en"]
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)
DEFAULT_LANGUAGE: Final[Language] = "id"
LANGUAGE_COOKIE: Final = "gerai_lang"


def catalogues(package: str) -> dict[Language, dict[str, str]]:
    """The texts of a package, by language: ``texts/<language>.json``, the same keys in each."""
    folder = resources.files(package) / "texts"
    return {one: msgspec.json.decode((folder / f"{one}.json").read_bytes(), type=dict[str, str]) for one in LANGUAGES}


def language_for(ctx: RequestContext) -> Language:
    """The language of this request: switch on the page, cookie, browser."""
    return choose_language(
        ctx.query.get("lang"), cookie_of(ctx, LANGUAGE_COOKIE), ctx.headers.get("accept-language", "")
    )


def cookie_of(ctx: RequestContext, name: str) -> str | None:
    """What the browser remembers under this name."""
    pairs = [part.strip().partition("=") for part in ctx.headers.get("cookie", "").split(";")]
    return next((value for known, _, value in pairs if known == name), None)


def choose_language(asked: str | None, remembered: str | None, accept_language: str) -> Language:
    """The page's language: what was asked for (``?lang=``), else remembered (cookie), else the browser's first match.

    Ranks of Accept-Language count (``en;q=0.5, id`` → Indonesian); a header that cannot be read counts as none.
    """
    for wish in (asked, remembered):
        for language in LANGUAGES:
            if wish == language:
                return language
    best: tuple[float, Language] = (0.0, DEFAULT_LANGUAGE)
    for entry in accept_language[:400].split(","):
        tag, _, parameters = entry.strip().partition(";")
        rank = _rank(parameters)
        for language in LANGUAGES:
            # "in" is the old code for Indonesian; old Android phones still send it.
            primary = tag.lower().split("-")[0].replace("in", "id") if len(tag) else ""
            if primary == language and rank > best[0]:
                best = (rank, language)
    return best[1]


def _rank(parameters: str) -> float:
    """The q value of one Accept-Language entry: 1 when absent, 0 when unreadable."""
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
