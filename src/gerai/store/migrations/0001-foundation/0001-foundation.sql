-- depends:

CREATE SEQUENCE gerai_ids;

CREATE TABLE merchants (
    merchant_id bigint PRIMARY KEY,
    code text NOT NULL UNIQUE,
    name text NOT NULL,
    settings jsonb NOT NULL DEFAULT '{}',
    -- true: production keys of this merchant use the simulators too (demo merchant)
    simulated boolean NOT NULL DEFAULT false,
    -- the sandbox test clock: frozen at an instant, or real time plus an offset
    sandbox_clock_frozen_at timestamptz,
    sandbox_clock_offset_s bigint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE members (
    merchant_id bigint NOT NULL,
    member_id bigint NOT NULL,
    environment text NOT NULL,
    channel text NOT NULL,
    public_id text NOT NULL,
    name text NOT NULL,
    email text NOT NULL,
    mobile text NOT NULL,
    reference text NOT NULL,
    details jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    status text NOT NULL DEFAULT 'active',
    -- basis points: 250 = 2.5 % off
    discount_bp integer NOT NULL DEFAULT 0 CHECK (discount_bp BETWEEN 0 AND 10000),
    PRIMARY KEY (merchant_id, member_id),
    UNIQUE (merchant_id, environment, channel, public_id)
);
CREATE UNIQUE INDEX members_email ON members (merchant_id, environment, channel, lower(email COLLATE "C")) WHERE email <> '';
CREATE UNIQUE INDEX members_mobile ON members (merchant_id, environment, channel, mobile) WHERE mobile <> '';

-- An outside identity (a Discord user id) belongs to at most one member.
CREATE TABLE member_links (
    merchant_id bigint NOT NULL,
    kind text NOT NULL,
    external_id text NOT NULL,
    member_id bigint NOT NULL,
    PRIMARY KEY (merchant_id, kind, external_id),
    FOREIGN KEY (merchant_id, member_id) REFERENCES members
);

CREATE TABLE api_keys (
    merchant_id bigint NOT NULL,
    key_id bigint NOT NULL,
    environment text NOT NULL CHECK (environment IN ('sandbox', 'production')),
    dialect text NOT NULL,
    name text NOT NULL,
    prefix text NOT NULL,
    token_sha256 bytea NOT NULL,
    member_id bigint,
    permissions text[] NOT NULL DEFAULT '{}',
    -- requests per minute by bucket; null: no limit
    limits jsonb,
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    revoked_at timestamptz,
    last_used_at timestamptz,
    PRIMARY KEY (merchant_id, key_id),
    UNIQUE (merchant_id, token_sha256)
);

CREATE TABLE accounts (
    merchant_id bigint NOT NULL,
    account_id bigint NOT NULL,
    environment text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('wallet', 'sales', 'gateway', 'funding')),
    member_id bigint,
    credits_posted bigint NOT NULL DEFAULT 0 CHECK (credits_posted >= 0),
    debits_posted bigint NOT NULL DEFAULT 0 CHECK (debits_posted >= 0),
    credits_pending bigint NOT NULL DEFAULT 0 CHECK (credits_pending >= 0),
    debits_pending bigint NOT NULL DEFAULT 0 CHECK (debits_pending >= 0),
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, account_id),
    CONSTRAINT wallet_not_below_zero CHECK (kind <> 'wallet' OR credits_posted >= debits_posted + debits_pending)
) WITH (fillfactor = 50);
CREATE UNIQUE INDEX accounts_wallet ON accounts (merchant_id, environment, member_id) WHERE kind = 'wallet';
CREATE UNIQUE INDEX accounts_system ON accounts (merchant_id, environment, kind) WHERE kind <> 'wallet';

CREATE TABLE transfers (
    merchant_id bigint NOT NULL,
    transfer_id bigint NOT NULL,
    environment text NOT NULL,
    phase text NOT NULL CHECK (phase IN ('single', 'pending', 'post', 'void')),
    pending_id bigint,
    debit_account_id bigint NOT NULL,
    credit_account_id bigint NOT NULL,
    amount_sen bigint NOT NULL CHECK (amount_sen > 0),
    reason text NOT NULL,
    order_id bigint,
    payment_id bigint,
    debit_available_after bigint CHECK (debit_available_after >= 0),
    credit_available_after bigint CHECK (credit_available_after >= 0),
    note text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, transfer_id),
    FOREIGN KEY (merchant_id, pending_id) REFERENCES transfers (merchant_id, transfer_id),
    CHECK (debit_account_id <> credit_account_id),
    CHECK ((phase IN ('post', 'void')) = (pending_id IS NOT NULL))
);
-- Each hold is resolved exactly once.
CREATE UNIQUE INDEX transfers_resolution ON transfers (merchant_id, pending_id) WHERE pending_id IS NOT NULL;
-- The statement of a wallet, newest first; system accounts (no balance kept) stay out of it.
CREATE INDEX transfers_debited ON transfers (merchant_id, debit_account_id, transfer_id) WHERE debit_available_after IS NOT NULL;
CREATE INDEX transfers_credited ON transfers (merchant_id, credit_account_id, transfer_id) WHERE credit_available_after IS NOT NULL;
CREATE INDEX transfers_order ON transfers (merchant_id, order_id) WHERE order_id IS NOT NULL;

CREATE TABLE orders (
    merchant_id bigint NOT NULL,
    order_id bigint NOT NULL,
    environment text NOT NULL,
    channel text NOT NULL,
    key_id bigint,
    member_id bigint,
    account_id bigint,
    public_id text NOT NULL,
    number text NOT NULL,
    secret text NOT NULL,
    status text NOT NULL,
    funding text NOT NULL CHECK (funding IN ('invoice', 'wallet', 'hold', 'free')),
    currency text NOT NULL,
    total_sen bigint NOT NULL CHECK (total_sen >= 0),
    held_transfer_id bigint,
    charged_sen bigint NOT NULL CHECK (charged_sen >= 0 AND charged_sen <= total_sen),
    refunded_sen bigint NOT NULL CHECK (refunded_sen >= 0 AND refunded_sen <= total_sen),
    reference text NOT NULL,
    provider text NOT NULL,
    after_payment text NOT NULL,
    details jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    expires_at timestamptz,
    PRIMARY KEY (merchant_id, order_id),
    UNIQUE (merchant_id, environment, channel, public_id)
) WITH (fillfactor = 85);
CREATE INDEX orders_secret ON orders USING hash (secret);
-- Payment links are opened by a code of six letters; every other number is longer.
CREATE INDEX orders_link_code ON orders (number) WHERE length(number) = 6;
CREATE INDEX orders_member ON orders (merchant_id, member_id, order_id) WHERE member_id IS NOT NULL;
CREATE INDEX orders_due ON orders (expires_at) WHERE status IN ('draft', 'pending') AND expires_at IS NOT NULL;

CREATE TABLE order_lines (
    merchant_id bigint NOT NULL,
    order_id bigint NOT NULL,
    line_no integer NOT NULL,
    item_kind text NOT NULL,
    item_id bigint NOT NULL,
    stock_id bigint,
    name text NOT NULL,
    quantity integer NOT NULL CHECK (quantity > 0),
    unit_price_sen bigint NOT NULL CHECK (unit_price_sen >= 0),
    total_sen bigint NOT NULL CHECK (total_sen >= 0),
    details jsonb NOT NULL,
    PRIMARY KEY (merchant_id, order_id, line_no),
    FOREIGN KEY (merchant_id, order_id) REFERENCES orders
);

CREATE TABLE invoices (
    merchant_id bigint NOT NULL,
    invoice_id bigint NOT NULL,
    environment text NOT NULL,
    order_id bigint NOT NULL,
    number text NOT NULL,
    status text NOT NULL,
    amount_sen bigint NOT NULL CHECK (amount_sen >= 0),
    method text NOT NULL,
    due_at timestamptz,
    paid_at timestamptz,
    created_at timestamptz NOT NULL,
    -- an order has one invoice and lends it its id
    PRIMARY KEY (merchant_id, invoice_id),
    FOREIGN KEY (merchant_id, order_id) REFERENCES orders,
    CHECK (invoice_id = order_id),
    CHECK ((status = 'paid') <= (paid_at IS NOT NULL))
);

CREATE TABLE payments (
    merchant_id bigint NOT NULL,
    payment_id bigint NOT NULL,
    environment text NOT NULL,
    order_id bigint NOT NULL,
    invoice_id bigint NOT NULL,
    public_id text NOT NULL,
    method text NOT NULL,
    channel_code text NOT NULL,
    status text NOT NULL,
    amount_sen bigint NOT NULL CHECK (amount_sen >= 0),
    fee_sen bigint NOT NULL CHECK (fee_sen >= 0),
    refunded_sen bigint NOT NULL CHECK (refunded_sen >= 0),
    reference text NOT NULL,
    instructions jsonb NOT NULL,
    failure jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    expires_at timestamptz,
    completed_at timestamptz,
    PRIMARY KEY (merchant_id, payment_id),
    UNIQUE (merchant_id, environment, public_id),
    FOREIGN KEY (merchant_id, invoice_id) REFERENCES invoices,
    CONSTRAINT refunds_within_payment CHECK (refunded_sen <= amount_sen)
);
CREATE INDEX payments_order ON payments (merchant_id, order_id);
CREATE INDEX payments_due ON payments (expires_at) WHERE status = 'processing' AND expires_at IS NOT NULL;
CREATE INDEX payments_code ON payments (merchant_id, environment, ((instructions ->> 'code'))) WHERE instructions ->> 'code' <> '';

CREATE TABLE fulfilments (
    merchant_id bigint NOT NULL,
    fulfilment_id bigint NOT NULL,
    environment text NOT NULL,
    order_id bigint NOT NULL,
    provider text NOT NULL,
    status text NOT NULL,
    attempts integer NOT NULL,
    request jsonb NOT NULL,
    reference text NOT NULL,
    succeeded integer NOT NULL CHECK (succeeded >= 0),
    failed integer NOT NULL CHECK (failed >= 0),
    result jsonb,
    error text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    -- an order has one fulfilment and lends it its id
    PRIMARY KEY (merchant_id, fulfilment_id),
    FOREIGN KEY (merchant_id, order_id) REFERENCES orders,
    CHECK (fulfilment_id = order_id)
);
CREATE INDEX fulfilments_open ON fulfilments (updated_at) WHERE status IN ('requested', 'unknown');

CREATE TABLE stock (
    merchant_id bigint NOT NULL,
    stock_id bigint NOT NULL,
    environment text NOT NULL,
    item_id bigint NOT NULL,
    warehouse_id bigint NOT NULL,
    on_hand integer NOT NULL CHECK (on_hand >= 0),
    reserved integer NOT NULL CHECK (reserved >= 0),
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, stock_id),
    UNIQUE (merchant_id, environment, item_id, warehouse_id),
    CONSTRAINT stock_not_oversold CHECK (reserved <= on_hand)
);

CREATE TABLE events (
    merchant_id bigint NOT NULL,
    event_id bigint GENERATED BY DEFAULT AS IDENTITY,
    environment text NOT NULL,
    order_id bigint,
    name text NOT NULL,
    facts jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, event_id)
);
CREATE INDEX events_order ON events (merchant_id, order_id, event_id) WHERE order_id IS NOT NULL;

CREATE TABLE idempotency_keys (
    merchant_id bigint NOT NULL,
    environment text NOT NULL,
    owner text NOT NULL,
    operation text NOT NULL,
    key text NOT NULL,
    fingerprint bytea NOT NULL,
    answer bytea NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, environment, owner, operation, key)
);
