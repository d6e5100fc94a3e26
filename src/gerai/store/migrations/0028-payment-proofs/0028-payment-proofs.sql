-- depends: 0027-money-notices

CREATE TABLE payment_proofs (
    merchant_id bigint NOT NULL,
    proof_id bigint NOT NULL,
    payment_id bigint NOT NULL,
    digest bytea NOT NULL CHECK (length(digest) = 32),
    kind text NOT NULL CHECK (kind IN ('image/jpeg', 'image/png', 'application/pdf')),
    size_bytes int NOT NULL CHECK (size_bytes > 0 AND size_bytes <= 5242880),
    uploaded_at timestamptz NOT NULL,
    content bytea NOT NULL CHECK (length(content) = size_bytes),
    PRIMARY KEY (merchant_id, proof_id),
    -- One file is one proof, however often it is sent.
    UNIQUE (merchant_id, payment_id, digest)
);
-- Pictures are packed already: trying to pack them again only costs time.
ALTER TABLE payment_proofs ALTER COLUMN content SET STORAGE EXTERNAL;
