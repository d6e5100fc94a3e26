-- depends: 0026-arrivals

CREATE TABLE notice_sources (
    merchant_id bigint NOT NULL,
    source_id bigint NOT NULL,
    form text NOT NULL,
    receiving_id bigint,
    token_hash bytea NOT NULL,
    secret_sealed bytea NOT NULL,
    created_at timestamptz NOT NULL,
    created_by text NOT NULL,
    closed_at timestamptz,
    closed_by text NOT NULL,
    PRIMARY KEY (merchant_id, source_id)
);

CREATE TABLE notices (
    merchant_id bigint NOT NULL,
    notice_id bigint NOT NULL,
    source_id bigint NOT NULL,
    digest bytea NOT NULL,
    body bytea NOT NULL,
    status text NOT NULL CHECK (status IN ('received', 'read', 'waiting', 'dismissed')),
    fault text NOT NULL,
    kept int NOT NULL CHECK (kept >= 0),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, notice_id),
    -- What is told twice in the same words is told once.
    UNIQUE (merchant_id, source_id, digest)
);
CREATE INDEX notices_unread ON notices (merchant_id, notice_id) WHERE status IN ('received', 'waiting');
