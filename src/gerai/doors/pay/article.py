"""The page of an article, for whoever was given its address."""

from __future__ import annotations

from starlette.responses import Response

from gerai.doors.http.browser import THEIR_PICTURES
from gerai.doors.http.context import RequestContext
from gerai.doors.pay import answers, draw
from gerai.doors.pay.address import Address
from gerai.engine.articles import ARTICLE_PATH
from gerai.engine.merchants.at_host import shop_at


async def show(ctx: RequestContext) -> Response:
    """It, where it is published by the shop of this host; else the 404 page."""
    shop, slug = shop_at(ctx.services.engine.directory, ctx.host), ctx.path_params["slug"]
    found = None if shop is None else await ctx.services.engine.articles.published(shop.merchant_id, slug)
    if shop is None or found is None or found.published_at is None:
        return answers.missing(ctx)
    words = answers.words_for(ctx)
    address = Address((ARTICLE_PATH.format(slug=slug),))
    html = draw.article_page(words, address, shop.name, found, words.long_time(found.published_at))
    response = answers.page(ctx, html, words)
    response.headers.update(THEIR_PICTURES)
    # People are to find it.
    del response.headers["x-robots-tag"]
    return response
