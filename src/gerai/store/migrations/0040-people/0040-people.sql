-- depends: 0039-low-stock

CREATE TABLE people (
    merchant_id bigint NOT NULL DEFAULT 0 CHECK (merchant_id = 0),
    person_id bigint NOT NULL CHECK (person_id > 0),
    login text NOT NULL,
    name text NOT NULL,
    password text NOT NULL,
    must_change boolean NOT NULL,
    everywhere boolean NOT NULL,
    totp bytea,
    totp_step bigint NOT NULL DEFAULT 0,
    backup_codes text[] NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL,
    removed_at timestamptz,
    PRIMARY KEY (merchant_id, person_id)
);
CREATE UNIQUE INDEX people_logins ON people (merchant_id, login) WHERE removed_at IS NULL;

CREATE TABLE merchant_people (
    merchant_id bigint NOT NULL,
    person_id bigint NOT NULL,
    role text NOT NULL CHECK (role IN ('owner', 'operator', 'viewer')),
    added_at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, person_id)
);
CREATE INDEX merchant_people_of ON merchant_people (person_id);

CREATE TABLE person_sessions (
    merchant_id bigint NOT NULL DEFAULT 0 CHECK (merchant_id = 0),
    digest bytea NOT NULL,
    session_id bigint NOT NULL,
    person_id bigint NOT NULL,
    created_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    proven_at timestamptz NOT NULL,
    address text NOT NULL,
    agent text NOT NULL,
    PRIMARY KEY (merchant_id, digest)
);
CREATE INDEX person_sessions_of ON person_sessions (merchant_id, person_id);

CREATE TABLE invites (
    merchant_id bigint NOT NULL,
    digest bytea NOT NULL,
    invite_id bigint NOT NULL,
    role text NOT NULL CHECK (role IN ('owner', 'operator', 'viewer')),
    name text NOT NULL,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    PRIMARY KEY (merchant_id, digest)
);
