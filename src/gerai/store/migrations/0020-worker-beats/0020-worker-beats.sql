-- depends: 0018-indexes-of-large-shops

-- When each worker last made progress with each kind of work. merchant_id 0: for all merchants.
CREATE TABLE worker_beats (
    merchant_id bigint NOT NULL,
    worker text NOT NULL,
    kind text NOT NULL,
    beat_at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, worker, kind)
);
