-- depends: 0046-articles
-- transactional: false

-- Written to be run again from its beginning.
CREATE TABLE IF NOT EXISTS saved_views (
    merchant_id bigint NOT NULL,
    view_id bigint NOT NULL,
    owner text NOT NULL,
    shared boolean NOT NULL,
    page text NOT NULL,
    name text NOT NULL,
    query text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, view_id)
);
