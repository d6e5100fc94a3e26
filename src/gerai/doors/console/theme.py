"""How the pages look to somebody: light, dark, or as their machine has it. Chosen by a link, kept in a cookie."""

from __future__ import annotations

from typing import Final, Literal, get_args

from starlette.responses import Response

from gerai.doors.http.context import RequestContext
from gerai.doors.http.language import cookie_of

Theme = Literal["system", "light", "dark"]
THEMES: Final[tuple[Theme, ...]] = get_args(Theme)
_COOKIE: Final = "gerai_theme"
_YEAR_S: Final = 365 * 24 * 3600


def theme_of(ctx: RequestContext) -> Theme:
    """What was asked for (``?theme=``), else what the browser remembers, else as the machine has it."""
    wishes = (ctx.query.get("theme"), cookie_of(ctx, _COOKIE))
    return next((theme for wish in wishes for theme in THEMES if theme == wish), "system")


def remember_theme(ctx: RequestContext, response: Response) -> None:
    """Keep a theme that was asked for, for a year."""
    asked = ctx.query.get("theme")
    if asked in THEMES:
        secure = ctx.base_url.startswith("https://")
        response.set_cookie(_COOKIE, asked, max_age=_YEAR_S, secure=secure, httponly=True, samesite="lax")
