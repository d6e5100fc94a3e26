-- depends: 0005-webhooks

CREATE TABLE deposits (
    merchant_id bigint NOT NULL,
    deposit_id bigint NOT NULL,
    environment text NOT NULL,
    channel text NOT NULL,
    member_id bigint,
    account_id bigint NOT NULL,
    public_id text NOT NULL,
    secret text NOT NULL,
    status text NOT NULL,
    amount_sen bigint NOT NULL CHECK (amount_sen > 0),
    fee_sen bigint NOT NULL CHECK (fee_sen >= 0),
    -- what the payer must pay in all
    pay_sen bigint NOT NULL,
    method text NOT NULL,
    channel_code text NOT NULL,
    reference text NOT NULL,
    provider_reference text NOT NULL,
    instructions jsonb NOT NULL,
    note text NOT NULL,
    transfer_id bigint,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    expires_at timestamptz,
    completed_at timestamptz,
    PRIMARY KEY (merchant_id, deposit_id),
    UNIQUE (merchant_id, environment, channel, public_id),
    -- no transfer stands for two deposits
    UNIQUE (merchant_id, transfer_id),
    CONSTRAINT deposit_pays_for_itself CHECK (pay_sen >= amount_sen + fee_sen),
    CONSTRAINT deposit_credited_once CHECK ((status = 'succeeded') = (transfer_id IS NOT NULL)),
    CONSTRAINT deposit_completed CHECK ((status = 'succeeded') = (completed_at IS NOT NULL))
);
CREATE INDEX deposits_member ON deposits (merchant_id, member_id, deposit_id) WHERE member_id IS NOT NULL;
CREATE INDEX deposits_due ON deposits (expires_at) WHERE status = 'pending' AND expires_at IS NOT NULL;

-- Money that was put into wallets before there were deposits: each such transfer lends its deposit its id.
INSERT INTO deposits
SELECT t.merchant_id, t.transfer_id, t.environment, coalesce(m.channel, ''), a.member_id, a.account_id,
       'manual-' || t.transfer_id, replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'succeeded',
       t.amount_sen, 0, t.amount_sen, 'manual', '', '', '', '{}', t.note, t.transfer_id, t.created_at, t.created_at, NULL,
       t.created_at
FROM transfers t
JOIN accounts a ON a.merchant_id = t.merchant_id AND a.account_id = t.credit_account_id
LEFT JOIN members m ON m.merchant_id = a.merchant_id AND m.member_id = a.member_id
WHERE t.reason = 'deposit';
