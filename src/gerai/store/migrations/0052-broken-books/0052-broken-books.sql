-- depends: 0051-audit-of-environments
-- transactional: false

-- Written to be run again from its beginning. Nothing is read or changed: the next check of the books fills it.
CREATE TABLE IF NOT EXISTS broken_books (
    merchant_id bigint NOT NULL,
    environment text NOT NULL,
    invariant text NOT NULL,
    broken_id bigint NOT NULL,
    broken_rows integer NOT NULL,
    rows jsonb NOT NULL,
    since timestamptz NOT NULL,
    checked_at timestamptz NOT NULL,
    announced_at timestamptz,
    PRIMARY KEY (merchant_id, environment, invariant),
    CONSTRAINT broken_books_environment_check CHECK (environment IN ('sandbox', 'production')),
    CONSTRAINT broken_books_broken_rows_check CHECK (broken_rows > 0)
);
