-- depends: 0020-worker-beats

-- The last backup of the whole installation (merchant_id 0), and the last attempt at one.
CREATE TABLE backups (
    merchant_id bigint NOT NULL PRIMARY KEY,
    made_at timestamptz,
    bytes bigint NOT NULL DEFAULT 0 CHECK (bytes >= 0),
    took_ms bigint NOT NULL DEFAULT 0 CHECK (took_ms >= 0),
    tried_at timestamptz NOT NULL,
    fault text NOT NULL DEFAULT ''
);
