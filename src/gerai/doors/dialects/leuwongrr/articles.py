"""What the shop writes for its readers. Public: a token is not needed, and one that is sent names the shop (contract
§4.1)."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from gerai.domain.records import Article
from gerai.domain.refusals import NotFound
from gerai.doors.dialects.leuwongrr import wire
from gerai.doors.dialects.leuwongrr.auth import public_shop
from gerai.doors.dialects.leuwongrr.request import list_limit
from gerai.doors.http.context import RequestContext
from gerai.doors.http.door import reply
from gerai.doors.http.times import jakarta_wall
from gerai.engine.articles import article_url


async def list_articles(ctx: RequestContext) -> Response:
    """What was published last comes first; of nobody's shop there are none."""
    shop = public_shop(ctx)
    limit = list_limit(ctx.query.multi_items())
    found = [] if shop is None else await ctx.services.engine.articles.newest(shop.merchant_id, limit)
    shown = [_head_of(one) | {"cover_image": one.cover_image} | _foot_of(ctx, one) for one in found]
    return reply(wire.Success(data={"articles": shown, "limit": limit}))


async def get_article(ctx: RequestContext) -> Response:
    """One of them with its content. Refuses NotFound: there is none, or it is not published."""
    shop, slug = public_shop(ctx), ctx.path_params["slug"]
    found = None if shop is None else await ctx.services.engine.articles.published(shop.merchant_id, slug)
    if found is None:
        raise NotFound("article", slug)
    article = _head_of(found) | {"content": found.content} | _foot_of(ctx, found)
    return reply(wire.Success(data={"article": article}))


def _head_of(article: Article) -> dict[str, Any]:
    return {
        "title": article.title,
        "slug": article.slug,
        "category": article.category,
        "excerpt": article.excerpt,
    }


def _foot_of(ctx: RequestContext, article: Article) -> dict[str, Any]:
    return {
        "article_url": article_url(ctx.base_url, article.slug),
        "published_at": jakarta_wall(article.published_at or article.created_at),
    }
