"""How readers will see an article, shown to whoever writes it, published or not."""

from __future__ import annotations

from typing import Any, Final

from markupsafe import Markup
from starlette.responses import Response

from gerai.domain.refusals import InputInvalid, NotFound
from gerai.doors.console.looking import desk_page
from gerai.doors.console.who import AtDesk
from gerai.doors.http.browser import THEIR_PICTURES
from gerai.doors.http.context import RequestContext
from gerai.engine.desk.read import read_texts
from gerai.engine.desk.registry import acts, look, views

_VIEW: Final = "articles.show"


async def preview_page(ctx: RequestContext, desk: AtDesk) -> Response:
    """It, with what is done next: publish it, or go on writing. Refuses NotFound and PermissionMissing."""
    view, number = views()[_VIEW], ctx.path_params["id"]
    try:
        wanted = read_texts(view.filter, {"id": number}, rupiah=True)
    except InputInvalid:
        raise NotFound("article", number) from None
    page = await look(view, desk.within, wanted, desk.caller)
    if not page.rows:
        raise NotFound("article", number)
    article: Any = page.rows[0]
    may = desk.may(acts()["articles.edit"].permission)
    # Cleaned when it was written, as its readers get it.
    content = Markup(article.html)
    response = desk_page(
        ctx, desk, "preview.html", "articles", title=article.title, article=article, content=content, may=may
    )
    response.headers.update(THEIR_PICTURES)
    return response
