-- depends: 0036-deposits-paid-out
-- transactional: false

-- Written to be run again from its beginning.
CREATE TABLE IF NOT EXISTS shop_logos (
    merchant_id bigint NOT NULL PRIMARY KEY,
    digest bytea NOT NULL CHECK (length(digest) = 32),
    kind text NOT NULL CHECK (kind IN ('image/jpeg', 'image/png')),
    width int NOT NULL CHECK (width > 0 AND width <= 2048),
    height int NOT NULL CHECK (height > 0 AND height <= 2048),
    created_at timestamptz NOT NULL,
    created_by text NOT NULL,
    content bytea NOT NULL CHECK (length(content) > 0 AND length(content) <= 524288)
);
-- Pictures are packed already: trying to pack them again only costs time.
ALTER TABLE shop_logos ALTER COLUMN content SET STORAGE EXTERNAL;
