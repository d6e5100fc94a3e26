-- depends: 0045-digital-goods
-- transactional: false

-- Written to be run again from its beginning.
CREATE TABLE IF NOT EXISTS articles (
    merchant_id bigint NOT NULL,
    article_id bigint NOT NULL,
    slug text NOT NULL,
    title text NOT NULL,
    category text NOT NULL,
    excerpt text NOT NULL,
    cover_image text NOT NULL,
    content text NOT NULL,
    published_at timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, article_id),
    CONSTRAINT articles_slug UNIQUE (merchant_id, slug)
);
CREATE INDEX IF NOT EXISTS articles_published
    ON articles (merchant_id, published_at DESC, article_id DESC) WHERE published_at IS NOT NULL;
