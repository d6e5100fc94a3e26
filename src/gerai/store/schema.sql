-- The sum of all migrations; written by `python -m gerai.store.schema`, compared by a test.

CREATE TABLE accounts (
    merchant_id bigint NOT NULL,
    account_id bigint NOT NULL,
    environment text NOT NULL,
    kind text NOT NULL,
    member_id bigint,
    credits_posted bigint DEFAULT 0 NOT NULL,
    debits_posted bigint DEFAULT 0 NOT NULL,
    credits_pending bigint DEFAULT 0 NOT NULL,
    debits_pending bigint DEFAULT 0 NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT accounts_credits_pending_check CHECK ((credits_pending >= 0)),
    CONSTRAINT accounts_credits_posted_check CHECK ((credits_posted >= 0)),
    CONSTRAINT accounts_debits_pending_check CHECK ((debits_pending >= 0)),
    CONSTRAINT accounts_debits_posted_check CHECK ((debits_posted >= 0)),
    CONSTRAINT accounts_kind_check CHECK ((kind = ANY (ARRAY['wallet'::text, 'sales'::text, 'gateway'::text, 'bank'::text, 'funding'::text, 'suspense'::text, 'refunds_owed'::text, 'fees'::text]))),
    CONSTRAINT wallet_not_below_zero CHECK (((kind <> 'wallet'::text) OR (credits_posted >= (debits_posted + debits_pending))))
)
WITH (fillfactor='50');

CREATE TABLE api_keys (
    merchant_id bigint NOT NULL,
    key_id bigint NOT NULL,
    environment text NOT NULL,
    dialect text NOT NULL,
    name text NOT NULL,
    prefix text NOT NULL,
    token_sha256 bytea NOT NULL,
    member_id bigint,
    permissions text[] DEFAULT '{}'::text[] NOT NULL,
    limits jsonb,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone,
    revoked_at timestamp with time zone,
    last_used_at timestamp with time zone,
    CONSTRAINT api_keys_environment_check CHECK ((environment = ANY (ARRAY['sandbox'::text, 'production'::text])))
);

CREATE TABLE arrivals (
    merchant_id bigint NOT NULL,
    arrival_id bigint NOT NULL,
    receiving_id bigint NOT NULL,
    arrival_key text NOT NULL,
    amount_sen bigint NOT NULL,
    arrived_at timestamp with time zone NOT NULL,
    description text NOT NULL,
    source text NOT NULL,
    status text NOT NULL,
    order_id bigint,
    payment_id bigint,
    decided_by text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    deposit_id bigint,
    CONSTRAINT arrival_of_one CHECK ((num_nonnulls(payment_id, deposit_id) =
CASE status
    WHEN 'booked'::text THEN 1
    ELSE 0
END)),
    CONSTRAINT arrivals_amount_sen_check CHECK ((amount_sen > 0)),
    CONSTRAINT arrivals_status_check CHECK ((status = ANY (ARRAY['waiting'::text, 'booked'::text, 'dismissed'::text])))
);

CREATE TABLE backups (
    merchant_id bigint NOT NULL,
    made_at timestamp with time zone,
    bytes bigint DEFAULT 0 NOT NULL,
    took_ms bigint DEFAULT 0 NOT NULL,
    tried_at timestamp with time zone NOT NULL,
    fault text DEFAULT ''::text NOT NULL,
    CONSTRAINT backups_bytes_check CHECK ((bytes >= 0)),
    CONSTRAINT backups_took_ms_check CHECK ((took_ms >= 0))
);

CREATE TABLE book_checks (
    merchant_id bigint NOT NULL,
    invariant text NOT NULL,
    broken_rows integer NOT NULL,
    took_ms integer NOT NULL,
    checked_at timestamp with time zone NOT NULL,
    CONSTRAINT book_checks_broken_rows_check CHECK ((broken_rows >= 0)),
    CONSTRAINT book_checks_took_ms_check CHECK ((took_ms >= 0))
);

CREATE TABLE bundle_parts (
    merchant_id bigint NOT NULL,
    part_id bigint NOT NULL,
    bundle_id bigint NOT NULL,
    variant_id bigint NOT NULL,
    quantity integer NOT NULL,
    CONSTRAINT bundle_parts_part_id_check CHECK ((part_id > 0)),
    CONSTRAINT bundle_parts_quantity_check CHECK ((quantity > 0))
);

CREATE TABLE bundles (
    merchant_id bigint NOT NULL,
    bundle_id bigint NOT NULL,
    name text NOT NULL,
    public_name text NOT NULL,
    custom_id text DEFAULT ''::text NOT NULL,
    is_sharing boolean DEFAULT false NOT NULL,
    weight_bump_g integer DEFAULT 0 NOT NULL,
    images text[] DEFAULT '{}'::text[] NOT NULL,
    CONSTRAINT bundles_bundle_id_check CHECK ((bundle_id > 0)),
    CONSTRAINT bundles_weight_bump_g_check CHECK ((weight_bump_g >= 0))
);

CREATE TABLE courier_services (
    merchant_id bigint NOT NULL,
    service_id bigint NOT NULL,
    courier_id bigint NOT NULL,
    courier_code text NOT NULL,
    courier_name text NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    courier_type text DEFAULT 'standard'::text NOT NULL,
    aggregator text DEFAULT ''::text NOT NULL,
    pickup boolean DEFAULT true NOT NULL,
    minimum_kg integer DEFAULT 1 NOT NULL,
    tolerance_g integer DEFAULT 300 NOT NULL,
    CONSTRAINT courier_services_courier_id_check CHECK ((courier_id > 0)),
    CONSTRAINT courier_services_courier_type_check CHECK ((courier_type = ANY (ARRAY['instant'::text, 'cashless'::text, 'standard'::text]))),
    CONSTRAINT courier_services_minimum_kg_check CHECK ((minimum_kg >= 1)),
    CONSTRAINT courier_services_service_id_check CHECK ((service_id > 0)),
    CONSTRAINT courier_services_tolerance_g_check CHECK (((tolerance_g >= 0) AND (tolerance_g <= 999)))
);

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
    amount_sen bigint NOT NULL,
    fee_sen bigint NOT NULL,
    pay_sen bigint NOT NULL,
    method text NOT NULL,
    channel_code text NOT NULL,
    reference text NOT NULL,
    provider_reference text NOT NULL,
    instructions jsonb NOT NULL,
    note text NOT NULL,
    transfer_id bigint,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone,
    completed_at timestamp with time zone,
    receiving_id bigint,
    matching_transfer_id bigint,
    contract_id bigint,
    CONSTRAINT deposit_completed CHECK (((status = 'succeeded'::text) = (completed_at IS NOT NULL))),
    CONSTRAINT deposit_credited_once CHECK (((status = 'succeeded'::text) = (transfer_id IS NOT NULL))),
    CONSTRAINT deposit_pays_for_itself CHECK ((pay_sen >= (amount_sen + fee_sen))),
    CONSTRAINT deposits_amount_sen_check CHECK ((amount_sen > 0)),
    CONSTRAINT deposits_fee_sen_check CHECK ((fee_sen >= 0))
);

CREATE TABLE events (
    merchant_id bigint NOT NULL,
    event_id bigint NOT NULL,
    environment text NOT NULL,
    order_id bigint,
    name text NOT NULL,
    facts jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL
);
ALTER TABLE events ALTER COLUMN event_id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME events_event_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE expected_amounts (
    merchant_id bigint NOT NULL,
    receiving_id bigint NOT NULL,
    amount_sen bigint NOT NULL,
    order_id bigint,
    payment_id bigint,
    expected_until timestamp with time zone NOT NULL,
    deposit_id bigint,
    CONSTRAINT expected_of_one CHECK (((num_nonnulls(payment_id, deposit_id) = 1) AND ((payment_id IS NULL) = (order_id IS NULL))))
);

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
    succeeded integer NOT NULL,
    failed integer NOT NULL,
    result json,
    error text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT fulfilments_check CHECK ((fulfilment_id = order_id)),
    CONSTRAINT fulfilments_failed_check CHECK ((failed >= 0)),
    CONSTRAINT fulfilments_succeeded_check CHECK ((succeeded >= 0))
);

CREATE TABLE gateway_attempts (
    merchant_id bigint NOT NULL,
    payment_id bigint NOT NULL,
    order_id bigint,
    environment text NOT NULL,
    contract_id bigint NOT NULL,
    status text NOT NULL,
    reference text NOT NULL,
    looks integer NOT NULL,
    paid_sen bigint,
    fault text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    fee_sen bigint,
    CONSTRAINT gateway_attempts_check CHECK (((status = 'mismatch'::text) = (paid_sen IS NOT NULL))),
    CONSTRAINT gateway_attempts_looks_check CHECK ((looks >= 0)),
    CONSTRAINT gateway_attempts_status_check CHECK ((status = ANY (ARRAY['asked'::text, 'open'::text, 'mismatch'::text, 'ended'::text])))
);

CREATE TABLE gateway_contracts (
    merchant_id bigint NOT NULL,
    contract_id bigint NOT NULL,
    environment text NOT NULL,
    gateway text NOT NULL,
    base_url text NOT NULL,
    secrets_sealed bytea NOT NULL,
    facts jsonb NOT NULL,
    ways jsonb NOT NULL,
    source_id bigint NOT NULL,
    notice_path text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    created_by text NOT NULL,
    closed_at timestamp with time zone,
    closed_by text NOT NULL,
    CONSTRAINT gateway_contracts_environment_check CHECK ((environment = ANY (ARRAY['sandbox'::text, 'production'::text])))
);
CREATE SEQUENCE gerai_ids
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

CREATE TABLE idempotency_keys (
    merchant_id bigint NOT NULL,
    environment text NOT NULL,
    owner text NOT NULL,
    operation text NOT NULL,
    key text NOT NULL,
    fingerprint bytea NOT NULL,
    answer bytea NOT NULL,
    created_at timestamp with time zone NOT NULL
);

CREATE TABLE invoices (
    merchant_id bigint NOT NULL,
    invoice_id bigint NOT NULL,
    environment text NOT NULL,
    order_id bigint NOT NULL,
    number text NOT NULL,
    status text NOT NULL,
    amount_sen bigint NOT NULL,
    method text NOT NULL,
    due_at timestamp with time zone,
    paid_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT invoices_amount_sen_check CHECK ((amount_sen >= 0)),
    CONSTRAINT invoices_check CHECK ((invoice_id = order_id)),
    CONSTRAINT invoices_check1 CHECK (((status = 'paid'::text) <= (paid_at IS NOT NULL)))
);

CREATE TABLE locations (
    merchant_id bigint NOT NULL,
    location_id bigint NOT NULL,
    code text NOT NULL,
    district text NOT NULL,
    city text NOT NULL,
    province text NOT NULL,
    latitude double precision,
    longitude double precision,
    postal_codes text[] DEFAULT '{}'::text[] NOT NULL,
    CONSTRAINT locations_latitude_check CHECK (((latitude >= ('-90'::integer)::double precision) AND (latitude <= (90)::double precision))),
    CONSTRAINT locations_location_id_check CHECK ((location_id > 0)),
    CONSTRAINT locations_longitude_check CHECK (((longitude >= ('-180'::integer)::double precision) AND (longitude <= (180)::double precision)))
);

CREATE TABLE member_links (
    merchant_id bigint NOT NULL,
    kind text NOT NULL,
    external_id text NOT NULL,
    member_id bigint NOT NULL
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
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    status text DEFAULT 'active'::text NOT NULL,
    discount_bp integer DEFAULT 0 NOT NULL,
    CONSTRAINT members_discount_bp_check CHECK (((discount_bp >= 0) AND (discount_bp <= 10000)))
);

CREATE TABLE merchants (
    merchant_id bigint NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    settings jsonb DEFAULT '{}'::jsonb NOT NULL,
    simulated boolean DEFAULT false NOT NULL,
    sandbox_clock_frozen_at timestamp with time zone,
    sandbox_clock_offset_s bigint DEFAULT 0 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE notice_sources (
    merchant_id bigint NOT NULL,
    source_id bigint NOT NULL,
    form text NOT NULL,
    receiving_id bigint,
    token_hash bytea NOT NULL,
    secret_sealed bytea NOT NULL,
    created_at timestamp with time zone NOT NULL,
    created_by text NOT NULL,
    closed_at timestamp with time zone,
    closed_by text NOT NULL
);

CREATE TABLE notices (
    merchant_id bigint NOT NULL,
    notice_id bigint NOT NULL,
    source_id bigint NOT NULL,
    digest bytea NOT NULL,
    body bytea NOT NULL,
    status text NOT NULL,
    fault text NOT NULL,
    kept integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT notices_kept_check CHECK ((kept >= 0)),
    CONSTRAINT notices_status_check CHECK ((status = ANY (ARRAY['received'::text, 'read'::text, 'waiting'::text, 'dismissed'::text])))
);

CREATE TABLE order_lines (
    merchant_id bigint NOT NULL,
    order_id bigint NOT NULL,
    line_no integer NOT NULL,
    item_kind text NOT NULL,
    item_id bigint NOT NULL,
    stock_id bigint,
    name text NOT NULL,
    quantity integer NOT NULL,
    unit_price_sen bigint NOT NULL,
    total_sen bigint NOT NULL,
    details jsonb NOT NULL,
    CONSTRAINT order_lines_quantity_check CHECK ((quantity > 0)),
    CONSTRAINT order_lines_total_sen_check CHECK ((total_sen >= 0)),
    CONSTRAINT order_lines_unit_price_sen_check CHECK ((unit_price_sen >= 0))
);

CREATE TABLE order_terms (
    merchant_id bigint NOT NULL,
    environment text NOT NULL,
    channel text NOT NULL,
    week integer NOT NULL,
    term text NOT NULL COLLATE pg_catalog."C",
    created_at timestamp with time zone NOT NULL,
    order_id bigint NOT NULL
);

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
    funding text NOT NULL,
    currency text NOT NULL,
    total_sen bigint NOT NULL,
    held_transfer_id bigint,
    charged_sen bigint NOT NULL,
    refunded_sen bigint NOT NULL,
    reference text NOT NULL,
    provider text NOT NULL,
    after_payment text NOT NULL,
    details jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone,
    payment_rules jsonb DEFAULT '{}'::jsonb NOT NULL,
    payment_mark text DEFAULT ''::text NOT NULL,
    labels jsonb DEFAULT '{}'::jsonb NOT NULL,
    contact jsonb DEFAULT '{}'::jsonb NOT NULL,
    rounding_sen bigint DEFAULT 0 NOT NULL,
    CONSTRAINT orders_check CHECK (((charged_sen >= 0) AND (charged_sen <= total_sen))),
    CONSTRAINT orders_check1 CHECK (((refunded_sen >= 0) AND (refunded_sen <= total_sen))),
    CONSTRAINT orders_funding_check CHECK ((funding = ANY (ARRAY['invoice'::text, 'wallet'::text, 'hold'::text, 'free'::text]))),
    CONSTRAINT orders_total_sen_check CHECK ((total_sen >= 0)),
    CONSTRAINT rounding_is_less_than_a_rupiah CHECK (((rounding_sen >= '-49'::integer) AND (rounding_sen <= 50) AND ((rounding_sen = 0) OR ((total_sen % (100)::bigint) = 0))))
)
WITH (fillfactor='85');

CREATE TABLE orders_without_terms (
    merchant_id bigint NOT NULL,
    before_id bigint NOT NULL
);

CREATE TABLE payment_proofs (
    merchant_id bigint NOT NULL,
    proof_id bigint NOT NULL,
    payment_id bigint NOT NULL,
    digest bytea NOT NULL,
    kind text NOT NULL,
    size_bytes integer NOT NULL,
    uploaded_at timestamp with time zone NOT NULL,
    content bytea NOT NULL,
    CONSTRAINT payment_proofs_check CHECK ((length(content) = size_bytes)),
    CONSTRAINT payment_proofs_digest_check CHECK ((length(digest) = 32)),
    CONSTRAINT payment_proofs_kind_check CHECK ((kind = ANY (ARRAY['image/jpeg'::text, 'image/png'::text, 'application/pdf'::text]))),
    CONSTRAINT payment_proofs_size_bytes_check CHECK (((size_bytes > 0) AND (size_bytes <= 5242880)))
);
ALTER TABLE ONLY payment_proofs ALTER COLUMN content SET STORAGE EXTERNAL;

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
    amount_sen bigint NOT NULL,
    fee_sen bigint NOT NULL,
    refunded_sen bigint NOT NULL,
    reference text NOT NULL,
    instructions jsonb NOT NULL,
    failure jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone,
    completed_at timestamp with time zone,
    merchant_fee_sen bigint DEFAULT 0 NOT NULL,
    matching_sen bigint DEFAULT 0 NOT NULL,
    receiving_id bigint,
    contract_id bigint,
    payout_id bigint,
    CONSTRAINT fee_within_payment CHECK (((merchant_fee_sen >= 0) AND (merchant_fee_sen <= amount_sen))),
    CONSTRAINT payments_amount_sen_check CHECK ((amount_sen >= 0)),
    CONSTRAINT payments_fee_sen_check CHECK ((fee_sen >= 0)),
    CONSTRAINT payments_refunded_sen_check CHECK ((refunded_sen >= 0)),
    CONSTRAINT refunds_within_payment CHECK ((refunded_sen <= amount_sen))
);

CREATE TABLE payouts (
    merchant_id bigint NOT NULL,
    payout_id bigint NOT NULL,
    environment text NOT NULL,
    contract_id bigint NOT NULL,
    reference text NOT NULL,
    gross_sen bigint NOT NULL,
    refunded_sen bigint NOT NULL,
    fee_sen bigint NOT NULL,
    known_fee_sen bigint NOT NULL,
    amount_sen bigint NOT NULL,
    payments integer NOT NULL,
    transfer_id bigint,
    fee_transfer_id bigint,
    paid_at timestamp with time zone NOT NULL,
    booked_by text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT payout_adds_up CHECK ((((gross_sen - refunded_sen) - fee_sen) = amount_sen)),
    CONSTRAINT payouts_amount_sen_check CHECK ((amount_sen >= 0)),
    CONSTRAINT payouts_fee_sen_check CHECK ((fee_sen >= 0)),
    CONSTRAINT payouts_gross_sen_check CHECK ((gross_sen >= 0)),
    CONSTRAINT payouts_known_fee_sen_check CHECK ((known_fee_sen >= 0)),
    CONSTRAINT payouts_payments_check CHECK ((payments > 0)),
    CONSTRAINT payouts_reference_check CHECK ((reference <> ''::text)),
    CONSTRAINT payouts_refunded_sen_check CHECK ((refunded_sen >= 0))
);

CREATE TABLE price_options (
    merchant_id bigint NOT NULL,
    option_id bigint NOT NULL,
    bundle_id bigint NOT NULL,
    unique_id text NOT NULL,
    name text NOT NULL,
    slug text NOT NULL,
    price_sen bigint NOT NULL,
    is_visible boolean DEFAULT true NOT NULL,
    CONSTRAINT price_options_option_id_check CHECK ((option_id > 0)),
    CONSTRAINT price_options_price_sen_check CHECK ((price_sen >= 0))
);

CREATE TABLE products (
    merchant_id bigint NOT NULL,
    product_id bigint NOT NULL,
    uuid uuid NOT NULL,
    name text NOT NULL,
    public_name text NOT NULL,
    item_type text NOT NULL,
    is_visible boolean DEFAULT true NOT NULL,
    options text[] DEFAULT '{}'::text[] NOT NULL,
    labels text[] DEFAULT '{}'::text[] NOT NULL,
    images text[] DEFAULT '{}'::text[] NOT NULL,
    CONSTRAINT products_item_type_check CHECK ((item_type = ANY (ARRAY['physical'::text, 'digital'::text, 'course'::text, 'license'::text, 'subscription'::text]))),
    CONSTRAINT products_options_check CHECK ((cardinality(options) <= 3)),
    CONSTRAINT products_product_id_check CHECK ((product_id > 0))
);

CREATE TABLE receiving_accounts (
    merchant_id bigint NOT NULL,
    receiving_id bigint NOT NULL,
    method text NOT NULL,
    channel text NOT NULL,
    details jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL,
    created_by text NOT NULL,
    closed_at timestamp with time zone,
    closed_by text DEFAULT ''::text NOT NULL,
    identity text DEFAULT ''::text NOT NULL
);

CREATE TABLE refund_tasks (
    merchant_id bigint NOT NULL,
    task_id bigint NOT NULL,
    environment text NOT NULL,
    order_id bigint NOT NULL,
    payment_id bigint NOT NULL,
    amount_sen bigint NOT NULL,
    source text NOT NULL,
    status text NOT NULL,
    reason text NOT NULL,
    destination jsonb NOT NULL,
    reference text NOT NULL,
    asked_by text NOT NULL,
    ended_by text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    looks integer DEFAULT 0 NOT NULL,
    denials integer DEFAULT 0 NOT NULL,
    fault text DEFAULT ''::text NOT NULL,
    contract_id bigint,
    payout_id bigint,
    claimed_by text DEFAULT ''::text NOT NULL,
    claimed_at timestamp with time zone,
    CONSTRAINT refund_tasks_amount_sen_check CHECK ((amount_sen > 0)),
    CONSTRAINT refund_tasks_check CHECK (((status = ANY (ARRAY['open'::text, 'sending'::text])) = (ended_at IS NULL))),
    CONSTRAINT refund_tasks_check1 CHECK (((status = 'done'::text) = (reference <> ''::text))),
    CONSTRAINT refund_tasks_source_check CHECK ((source = ANY (ARRAY['sales'::text, 'suspense'::text]))),
    CONSTRAINT refund_tasks_status_check CHECK ((status = ANY (ARRAY['open'::text, 'sending'::text, 'done'::text, 'withdrawn'::text])))
);

CREATE TABLE service_types (
    merchant_id bigint NOT NULL,
    type_id bigint NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    description text,
    is_active boolean DEFAULT true NOT NULL,
    input_schema json NOT NULL,
    result_schema json NOT NULL,
    CONSTRAINT service_types_input_schema_check CHECK ((json_typeof(input_schema) = 'object'::text)),
    CONSTRAINT service_types_result_schema_check CHECK ((json_typeof(result_schema) = 'object'::text)),
    CONSTRAINT service_types_type_id_check CHECK ((type_id > 0))
);

CREATE TABLE services (
    merchant_id bigint NOT NULL,
    service_id bigint NOT NULL,
    type_id bigint NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    description text,
    open_time text,
    close_time text,
    is_active boolean DEFAULT true NOT NULL,
    processing_type text NOT NULL,
    provider text NOT NULL,
    provider_settings jsonb DEFAULT '{}'::jsonb NOT NULL,
    unit_price_sen bigint NOT NULL,
    min_items integer NOT NULL,
    max_items integer NOT NULL,
    deadline_ms integer DEFAULT 10000 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT services_check CHECK (((open_time IS NULL) = (close_time IS NULL))),
    CONSTRAINT services_check1 CHECK ((min_items <= max_items)),
    CONSTRAINT services_close_time_check CHECK ((close_time ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'::text)),
    CONSTRAINT services_deadline_ms_check CHECK (((deadline_ms >= 0) AND (deadline_ms <= 60000))),
    CONSTRAINT services_max_items_check CHECK ((max_items <= 10000)),
    CONSTRAINT services_min_items_check CHECK ((min_items > 0)),
    CONSTRAINT services_open_time_check CHECK ((open_time ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'::text)),
    CONSTRAINT services_processing_type_check CHECK ((processing_type = ANY (ARRAY['automatic'::text, 'manual'::text]))),
    CONSTRAINT services_provider_settings_check CHECK ((jsonb_typeof(provider_settings) = 'object'::text)),
    CONSTRAINT services_service_id_check CHECK ((service_id > 0)),
    CONSTRAINT services_unit_price_sen_check CHECK (((unit_price_sen > 0) AND ((unit_price_sen % (100)::bigint) = 0)))
);

CREATE TABLE shipments (
    merchant_id bigint NOT NULL,
    shipment_id bigint NOT NULL,
    environment text NOT NULL,
    order_id bigint NOT NULL,
    status text NOT NULL,
    courier text NOT NULL,
    service text NOT NULL,
    aggregator text NOT NULL,
    warehouse_id bigint,
    weight_g integer NOT NULL,
    cost_sen bigint NOT NULL,
    receipt text NOT NULL,
    details jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    reported_at timestamp with time zone,
    shipped_at timestamp with time zone,
    delivered_at timestamp with time zone,
    CONSTRAINT shipment_delivered_when_it_was CHECK (((status = 'delivered'::text) = (delivered_at IS NOT NULL))),
    CONSTRAINT shipment_left_when_it_did CHECK (((status = ANY (ARRAY['planned'::text, 'booked'::text, 'cancelled'::text])) = (shipped_at IS NULL))),
    CONSTRAINT shipments_check CHECK ((shipment_id = order_id)),
    CONSTRAINT shipments_cost_sen_check CHECK ((cost_sen >= 0)),
    CONSTRAINT shipments_weight_g_check CHECK ((weight_g >= 0))
)
WITH (fillfactor='85');

CREATE TABLE shipping_rates (
    merchant_id bigint NOT NULL,
    service_id bigint NOT NULL,
    origin text NOT NULL,
    destination text NOT NULL,
    per_kg_sen bigint NOT NULL,
    days_min integer NOT NULL,
    days_max integer NOT NULL,
    cod boolean DEFAULT false NOT NULL,
    CONSTRAINT shipping_rates_check CHECK ((days_max >= days_min)),
    CONSTRAINT shipping_rates_days_min_check CHECK ((days_min >= 0)),
    CONSTRAINT shipping_rates_per_kg_sen_check CHECK ((per_kg_sen >= 0))
);

CREATE TABLE stock (
    merchant_id bigint NOT NULL,
    stock_id bigint NOT NULL,
    environment text NOT NULL,
    item_id bigint NOT NULL,
    warehouse_id bigint NOT NULL,
    on_hand integer NOT NULL,
    reserved integer NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT stock_not_oversold CHECK ((reserved <= on_hand)),
    CONSTRAINT stock_on_hand_check CHECK ((on_hand >= 0)),
    CONSTRAINT stock_reserved_check CHECK ((reserved >= 0))
);

CREATE TABLE store_price_options (
    merchant_id bigint NOT NULL,
    store_id bigint NOT NULL,
    option_id bigint NOT NULL
);

CREATE TABLE store_products (
    merchant_id bigint NOT NULL,
    store_id bigint NOT NULL,
    product_id bigint NOT NULL
);

CREATE TABLE stores (
    merchant_id bigint NOT NULL,
    store_id bigint NOT NULL,
    unique_id text NOT NULL,
    uuid uuid NOT NULL,
    name text NOT NULL,
    logo text DEFAULT ''::text NOT NULL,
    domain text DEFAULT ''::text NOT NULL,
    domain_verified boolean DEFAULT false NOT NULL,
    is_active boolean DEFAULT true NOT NULL,
    is_public boolean DEFAULT true NOT NULL,
    payment_methods text[] NOT NULL,
    sub_payment_methods text[] DEFAULT '{}'::text[] NOT NULL,
    settings jsonb DEFAULT '{}'::jsonb NOT NULL,
    CONSTRAINT stores_store_id_check CHECK ((store_id > 0))
);

CREATE TABLE transfers (
    merchant_id bigint NOT NULL,
    transfer_id bigint NOT NULL,
    environment text NOT NULL,
    phase text NOT NULL,
    pending_id bigint,
    debit_account_id bigint NOT NULL,
    credit_account_id bigint NOT NULL,
    amount_sen bigint NOT NULL,
    reason text NOT NULL,
    order_id bigint,
    payment_id bigint,
    debit_available_after bigint,
    credit_available_after bigint,
    note text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT transfers_amount_sen_check CHECK ((amount_sen > 0)),
    CONSTRAINT transfers_check CHECK ((debit_account_id <> credit_account_id)),
    CONSTRAINT transfers_check1 CHECK (((phase = ANY (ARRAY['post'::text, 'void'::text])) = (pending_id IS NOT NULL))),
    CONSTRAINT transfers_credit_available_after_check CHECK ((credit_available_after >= 0)),
    CONSTRAINT transfers_debit_available_after_check CHECK ((debit_available_after >= 0)),
    CONSTRAINT transfers_phase_check CHECK ((phase = ANY (ARRAY['single'::text, 'pending'::text, 'post'::text, 'void'::text])))
);

CREATE TABLE variants (
    merchant_id bigint NOT NULL,
    variant_id bigint NOT NULL,
    product_id bigint NOT NULL,
    unique_id text NOT NULL,
    uuid uuid NOT NULL,
    name text NOT NULL,
    sku text DEFAULT ''::text NOT NULL,
    price_sen bigint NOT NULL,
    reseller_price_sen bigint DEFAULT 0 NOT NULL,
    cost_sen bigint DEFAULT 0 NOT NULL,
    weight_g integer DEFAULT 0 NOT NULL,
    is_inventory boolean NOT NULL,
    is_active boolean DEFAULT true NOT NULL,
    options text[] DEFAULT '{}'::text[] NOT NULL,
    images text[] DEFAULT '{}'::text[] NOT NULL,
    metadata json DEFAULT '{}'::json NOT NULL,
    CONSTRAINT variants_cost_sen_check CHECK ((cost_sen >= 0)),
    CONSTRAINT variants_options_check CHECK ((cardinality(options) <= 3)),
    CONSTRAINT variants_price_sen_check CHECK ((price_sen >= 0)),
    CONSTRAINT variants_reseller_price_sen_check CHECK ((reseller_price_sen >= 0)),
    CONSTRAINT variants_variant_id_check CHECK ((variant_id > 0)),
    CONSTRAINT variants_weight_g_check CHECK ((weight_g >= 0))
);

CREATE TABLE warehouses (
    merchant_id bigint NOT NULL,
    warehouse_id bigint NOT NULL,
    unique_id text NOT NULL,
    name text NOT NULL,
    contact_name text DEFAULT ''::text NOT NULL,
    contact_phone text DEFAULT ''::text NOT NULL,
    address text NOT NULL,
    location_id bigint NOT NULL,
    postal_code text NOT NULL,
    CONSTRAINT warehouses_warehouse_id_check CHECK ((warehouse_id > 0))
);

CREATE TABLE webhook_attempts (
    merchant_id bigint NOT NULL,
    delivery_id bigint NOT NULL,
    number integer NOT NULL,
    at timestamp with time zone NOT NULL,
    took_ms integer NOT NULL,
    status_code integer,
    error text NOT NULL,
    answer text NOT NULL
);

CREATE TABLE webhook_deliveries (
    merchant_id bigint NOT NULL,
    delivery_id bigint NOT NULL,
    endpoint_id bigint NOT NULL,
    environment text NOT NULL,
    order_id bigint NOT NULL,
    event_id bigint NOT NULL,
    part integer NOT NULL,
    event text NOT NULL,
    data text NOT NULL,
    status text NOT NULL,
    attempts integer NOT NULL,
    tries integer NOT NULL,
    next_attempt_at timestamp with time zone NOT NULL,
    leased_until timestamp with time zone,
    happened_at timestamp with time zone NOT NULL,
    created_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone,
    sequence integer NOT NULL,
    due_since timestamp with time zone NOT NULL,
    holds_back boolean DEFAULT true NOT NULL,
    CONSTRAINT webhook_deliveries_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'delivered'::text, 'failed'::text, 'dropped'::text])))
)
WITH (fillfactor='85');

CREATE TABLE webhook_endpoints (
    merchant_id bigint NOT NULL,
    endpoint_id bigint NOT NULL,
    environment text NOT NULL,
    channel text NOT NULL,
    key_id bigint,
    url text NOT NULL,
    events text[] NOT NULL,
    secret_sealed bytea NOT NULL,
    key_sealed bytea NOT NULL,
    status text NOT NULL,
    reason text NOT NULL,
    after_event_id bigint NOT NULL,
    failures integer DEFAULT 0 NOT NULL,
    paused_until timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT webhook_endpoints_environment_check CHECK ((environment = ANY (ARRAY['sandbox'::text, 'production'::text]))),
    CONSTRAINT webhook_endpoints_status_check CHECK ((status = ANY (ARRAY['active'::text, 'disabled'::text, 'removed'::text])))
);

CREATE TABLE worker_beats (
    merchant_id bigint NOT NULL,
    worker text NOT NULL,
    kind text NOT NULL,
    beat_at timestamp with time zone NOT NULL
);
ALTER TABLE ONLY accounts ADD CONSTRAINT accounts_pkey PRIMARY KEY (merchant_id, account_id);
ALTER TABLE ONLY api_keys ADD CONSTRAINT api_keys_merchant_id_token_sha256_key UNIQUE (merchant_id, token_sha256);
ALTER TABLE ONLY api_keys ADD CONSTRAINT api_keys_pkey PRIMARY KEY (merchant_id, key_id);
ALTER TABLE ONLY arrivals ADD CONSTRAINT arrivals_merchant_id_receiving_id_arrival_key_key UNIQUE (merchant_id, receiving_id, arrival_key);
ALTER TABLE ONLY arrivals ADD CONSTRAINT arrivals_pkey PRIMARY KEY (merchant_id, arrival_id);
ALTER TABLE ONLY backups ADD CONSTRAINT backups_pkey PRIMARY KEY (merchant_id);
ALTER TABLE ONLY book_checks ADD CONSTRAINT book_checks_pkey PRIMARY KEY (merchant_id, invariant);
ALTER TABLE ONLY bundle_parts ADD CONSTRAINT bundle_parts_merchant_id_bundle_id_variant_id_key UNIQUE (merchant_id, bundle_id, variant_id);
ALTER TABLE ONLY bundle_parts ADD CONSTRAINT bundle_parts_pkey PRIMARY KEY (merchant_id, part_id);
ALTER TABLE ONLY bundles ADD CONSTRAINT bundles_pkey PRIMARY KEY (merchant_id, bundle_id);
ALTER TABLE ONLY courier_services ADD CONSTRAINT courier_services_pkey PRIMARY KEY (merchant_id, service_id);
ALTER TABLE ONLY deposits ADD CONSTRAINT deposits_merchant_id_environment_channel_public_id_key UNIQUE (merchant_id, environment, channel, public_id);
ALTER TABLE ONLY deposits ADD CONSTRAINT deposits_merchant_id_transfer_id_key UNIQUE (merchant_id, transfer_id);
ALTER TABLE ONLY deposits ADD CONSTRAINT deposits_pkey PRIMARY KEY (merchant_id, deposit_id);
ALTER TABLE ONLY events ADD CONSTRAINT events_pkey PRIMARY KEY (merchant_id, event_id);
ALTER TABLE ONLY expected_amounts ADD CONSTRAINT expected_amounts_pkey PRIMARY KEY (merchant_id, receiving_id, amount_sen);
ALTER TABLE ONLY fulfilments ADD CONSTRAINT fulfilments_pkey PRIMARY KEY (merchant_id, fulfilment_id);
ALTER TABLE ONLY gateway_attempts ADD CONSTRAINT gateway_attempts_pkey PRIMARY KEY (merchant_id, payment_id);
ALTER TABLE ONLY gateway_contracts ADD CONSTRAINT gateway_contracts_pkey PRIMARY KEY (merchant_id, contract_id);
ALTER TABLE ONLY idempotency_keys ADD CONSTRAINT idempotency_keys_pkey PRIMARY KEY (merchant_id, environment, owner, operation, key);
ALTER TABLE ONLY invoices ADD CONSTRAINT invoices_pkey PRIMARY KEY (merchant_id, invoice_id);
ALTER TABLE ONLY locations ADD CONSTRAINT locations_merchant_id_code_key UNIQUE (merchant_id, code);
ALTER TABLE ONLY locations ADD CONSTRAINT locations_pkey PRIMARY KEY (merchant_id, location_id);
ALTER TABLE ONLY member_links ADD CONSTRAINT member_links_pkey PRIMARY KEY (merchant_id, kind, external_id);
ALTER TABLE ONLY members ADD CONSTRAINT members_merchant_id_environment_channel_public_id_key UNIQUE (merchant_id, environment, channel, public_id);
ALTER TABLE ONLY members ADD CONSTRAINT members_pkey PRIMARY KEY (merchant_id, member_id);
ALTER TABLE ONLY merchants ADD CONSTRAINT merchants_code_key UNIQUE (code);
ALTER TABLE ONLY merchants ADD CONSTRAINT merchants_pkey PRIMARY KEY (merchant_id);
ALTER TABLE ONLY notice_sources ADD CONSTRAINT notice_sources_pkey PRIMARY KEY (merchant_id, source_id);
ALTER TABLE ONLY notices ADD CONSTRAINT notices_merchant_id_source_id_digest_key UNIQUE (merchant_id, source_id, digest);
ALTER TABLE ONLY notices ADD CONSTRAINT notices_pkey PRIMARY KEY (merchant_id, notice_id);
ALTER TABLE ONLY order_lines ADD CONSTRAINT order_lines_pkey PRIMARY KEY (merchant_id, order_id, line_no);
ALTER TABLE ONLY order_terms ADD CONSTRAINT order_terms_pkey PRIMARY KEY (merchant_id, environment, channel, week, term, created_at, order_id);
ALTER TABLE ONLY orders ADD CONSTRAINT orders_merchant_id_environment_channel_public_id_key UNIQUE (merchant_id, environment, channel, public_id);
ALTER TABLE ONLY orders ADD CONSTRAINT orders_pkey PRIMARY KEY (merchant_id, order_id);
ALTER TABLE ONLY orders_without_terms ADD CONSTRAINT orders_without_terms_pkey PRIMARY KEY (merchant_id);
ALTER TABLE ONLY payment_proofs ADD CONSTRAINT payment_proofs_merchant_id_payment_id_digest_key UNIQUE (merchant_id, payment_id, digest);
ALTER TABLE ONLY payment_proofs ADD CONSTRAINT payment_proofs_pkey PRIMARY KEY (merchant_id, proof_id);
ALTER TABLE ONLY payments ADD CONSTRAINT payments_merchant_id_environment_public_id_key UNIQUE (merchant_id, environment, public_id);
ALTER TABLE ONLY payments ADD CONSTRAINT payments_pkey PRIMARY KEY (merchant_id, payment_id);
ALTER TABLE ONLY payouts ADD CONSTRAINT payout_once UNIQUE (merchant_id, contract_id, reference);
ALTER TABLE ONLY payouts ADD CONSTRAINT payouts_pkey PRIMARY KEY (merchant_id, payout_id);
ALTER TABLE ONLY price_options ADD CONSTRAINT price_options_merchant_id_unique_id_key UNIQUE (merchant_id, unique_id);
ALTER TABLE ONLY price_options ADD CONSTRAINT price_options_pkey PRIMARY KEY (merchant_id, option_id);
ALTER TABLE ONLY products ADD CONSTRAINT products_pkey PRIMARY KEY (merchant_id, product_id);
ALTER TABLE ONLY receiving_accounts ADD CONSTRAINT receiving_accounts_pkey PRIMARY KEY (merchant_id, receiving_id);
ALTER TABLE ONLY refund_tasks ADD CONSTRAINT refund_tasks_pkey PRIMARY KEY (merchant_id, task_id);
ALTER TABLE ONLY service_types ADD CONSTRAINT service_types_merchant_id_code_key UNIQUE (merchant_id, code);
ALTER TABLE ONLY service_types ADD CONSTRAINT service_types_pkey PRIMARY KEY (merchant_id, type_id);
ALTER TABLE ONLY services ADD CONSTRAINT services_merchant_id_code_key UNIQUE (merchant_id, code);
ALTER TABLE ONLY services ADD CONSTRAINT services_pkey PRIMARY KEY (merchant_id, service_id);
ALTER TABLE ONLY shipments ADD CONSTRAINT shipments_pkey PRIMARY KEY (merchant_id, shipment_id);
ALTER TABLE ONLY shipping_rates ADD CONSTRAINT shipping_rates_pkey PRIMARY KEY (merchant_id, service_id, origin, destination);
ALTER TABLE ONLY stock ADD CONSTRAINT stock_merchant_id_environment_item_id_warehouse_id_key UNIQUE (merchant_id, environment, item_id, warehouse_id);
ALTER TABLE ONLY stock ADD CONSTRAINT stock_pkey PRIMARY KEY (merchant_id, stock_id);
ALTER TABLE ONLY store_price_options ADD CONSTRAINT store_price_options_pkey PRIMARY KEY (merchant_id, store_id, option_id);
ALTER TABLE ONLY store_products ADD CONSTRAINT store_products_pkey PRIMARY KEY (merchant_id, store_id, product_id);
ALTER TABLE ONLY stores ADD CONSTRAINT stores_merchant_id_unique_id_key UNIQUE (merchant_id, unique_id);
ALTER TABLE ONLY stores ADD CONSTRAINT stores_pkey PRIMARY KEY (merchant_id, store_id);
ALTER TABLE ONLY transfers ADD CONSTRAINT transfers_pkey PRIMARY KEY (merchant_id, transfer_id);
ALTER TABLE ONLY variants ADD CONSTRAINT variants_merchant_id_unique_id_key UNIQUE (merchant_id, unique_id);
ALTER TABLE ONLY variants ADD CONSTRAINT variants_pkey PRIMARY KEY (merchant_id, variant_id);
ALTER TABLE ONLY warehouses ADD CONSTRAINT warehouses_merchant_id_unique_id_key UNIQUE (merchant_id, unique_id);
ALTER TABLE ONLY warehouses ADD CONSTRAINT warehouses_pkey PRIMARY KEY (merchant_id, warehouse_id);
ALTER TABLE ONLY webhook_attempts ADD CONSTRAINT webhook_attempts_pkey PRIMARY KEY (merchant_id, delivery_id, number);
ALTER TABLE ONLY webhook_deliveries ADD CONSTRAINT webhook_deliveries_merchant_id_endpoint_id_event_id_part_key UNIQUE (merchant_id, endpoint_id, event_id, part);
ALTER TABLE ONLY webhook_deliveries ADD CONSTRAINT webhook_deliveries_pkey PRIMARY KEY (merchant_id, delivery_id);
ALTER TABLE ONLY webhook_endpoints ADD CONSTRAINT webhook_endpoints_pkey PRIMARY KEY (merchant_id, endpoint_id);
ALTER TABLE ONLY worker_beats ADD CONSTRAINT worker_beats_pkey PRIMARY KEY (merchant_id, worker, kind);
CREATE UNIQUE INDEX accounts_system ON accounts USING btree (merchant_id, environment, kind) WHERE (kind <> 'wallet'::text);
CREATE UNIQUE INDEX accounts_wallet ON accounts USING btree (merchant_id, environment, member_id) WHERE (kind = 'wallet'::text);
CREATE INDEX arrivals_of_amount ON arrivals USING btree (merchant_id, receiving_id, amount_sen);
CREATE INDEX arrivals_waiting ON arrivals USING btree (merchant_id, arrival_id) WHERE (status = 'waiting'::text);
CREATE UNIQUE INDEX deposits_at_gateway ON deposits USING btree (merchant_id, contract_id, public_id) WHERE (contract_id IS NOT NULL);
CREATE INDEX deposits_due ON deposits USING btree (expires_at) WHERE ((status = 'pending'::text) AND (expires_at IS NOT NULL));
CREATE INDEX deposits_late ON deposits USING btree (merchant_id, deposit_id) WHERE (status = 'late'::text);
CREATE INDEX deposits_member ON deposits USING btree (merchant_id, member_id, deposit_id) WHERE (member_id IS NOT NULL);
CREATE INDEX deposits_receiving ON deposits USING btree (merchant_id, receiving_id, pay_sen) WHERE (receiving_id IS NOT NULL);
CREATE INDEX deposits_secret ON deposits USING hash (secret);
CREATE INDEX events_order ON events USING btree (merchant_id, order_id, event_id) WHERE (order_id IS NOT NULL);
CREATE INDEX expected_amounts_over ON expected_amounts USING btree (expected_until);
CREATE INDEX fulfilments_open ON fulfilments USING btree (updated_at) WHERE (status = ANY (ARRAY['requested'::text, 'unknown'::text]));
CREATE INDEX gateway_attempts_faults ON gateway_attempts USING btree (merchant_id, payment_id) WHERE (fault <> ''::text);
CREATE INDEX gateway_attempts_reference ON gateway_attempts USING btree (merchant_id, contract_id, reference) WHERE (reference <> ''::text);
CREATE UNIQUE INDEX gateway_contracts_open ON gateway_contracts USING btree (merchant_id, environment, gateway) WHERE (closed_at IS NULL);
CREATE INDEX idempotency_keys_old ON idempotency_keys USING btree (created_at);
CREATE UNIQUE INDEX members_email ON members USING btree (merchant_id, environment, channel, lower((email COLLATE "C"))) WHERE (email <> ''::text);
CREATE INDEX members_mobile ON members USING btree (merchant_id, environment, channel, mobile, member_id) WHERE (mobile <> ''::text);
CREATE UNIQUE INDEX members_mobile_alone ON members USING btree (merchant_id, environment, channel, mobile) WHERE ((mobile <> ''::text) AND (email = ''::text));
CREATE INDEX notices_unread ON notices USING btree (merchant_id, notice_id) WHERE (status = ANY (ARRAY['received'::text, 'waiting'::text]));
CREATE INDEX orders_due ON orders USING btree (expires_at) WHERE ((status = ANY (ARRAY['draft'::text, 'pending'::text])) AND (expires_at IS NOT NULL));
CREATE INDEX orders_ended_with_money ON orders USING btree (merchant_id, order_id) WHERE ((status = ANY (ARRAY['cancelled'::text, 'failed'::text, 'returned'::text])) AND (charged_sen > refunded_sen));
CREATE INDEX orders_link_code ON orders USING hash (number) WHERE (length(number) = 6);
CREATE INDEX orders_listed ON orders USING btree (merchant_id, environment, channel, created_at, order_id);
CREATE INDEX orders_of_member ON orders USING btree (merchant_id, environment, member_id, status, created_at, order_id) WHERE (member_id IS NOT NULL);
CREATE INDEX orders_secret ON orders USING hash (secret);
CREATE INDEX orders_status ON orders USING btree (merchant_id, environment, channel, status, created_at, order_id);
CREATE INDEX payments_at_gateways ON payments USING btree (merchant_id, contract_id, completed_at) WHERE ((contract_id IS NOT NULL) AND (completed_at IS NOT NULL));
CREATE INDEX payments_code ON payments USING btree (merchant_id, environment, ((instructions ->> 'code'::text))) WHERE ((instructions ->> 'code'::text) <> ''::text);
CREATE INDEX payments_due ON payments USING btree (expires_at) WHERE ((status = 'processing'::text) AND (expires_at IS NOT NULL));
CREATE INDEX payments_late ON payments USING btree (merchant_id, payment_id) WHERE (status = 'late'::text);
CREATE INDEX payments_listed ON payments USING btree (merchant_id, environment, created_at, payment_id);
CREATE INDEX payments_order ON payments USING btree (merchant_id, order_id);
CREATE INDEX payments_receiving ON payments USING btree (merchant_id, receiving_id, (((amount_sen + fee_sen) + matching_sen))) WHERE (receiving_id IS NOT NULL);
CREATE INDEX payments_unsettled ON payments USING btree (merchant_id, contract_id, completed_at) WHERE ((contract_id IS NOT NULL) AND (payout_id IS NULL) AND (status = ANY (ARRAY['completed'::text, 'late'::text, 'refunded'::text])));
CREATE INDEX payouts_paid ON payouts USING btree (merchant_id, environment, paid_at);
CREATE UNIQUE INDEX receiving_accounts_open ON receiving_accounts USING btree (merchant_id, method, channel) WHERE (closed_at IS NULL);
CREATE INDEX refund_tasks_at_gateways ON refund_tasks USING btree (merchant_id, contract_id, payment_id) WHERE (contract_id IS NOT NULL);
CREATE INDEX refund_tasks_owed ON refund_tasks USING btree (merchant_id, task_id) WHERE (ended_at IS NULL);
CREATE INDEX refund_tasks_unsettled ON refund_tasks USING btree (merchant_id, contract_id, task_id) WHERE ((contract_id IS NOT NULL) AND (payout_id IS NULL));
CREATE INDEX shipments_receipt ON shipments USING btree (merchant_id, environment, lower((receipt COLLATE "C"))) WHERE (receipt <> ''::text);
CREATE INDEX transfers_credited ON transfers USING btree (merchant_id, credit_account_id, transfer_id) WHERE (credit_available_after IS NOT NULL);
CREATE INDEX transfers_debited ON transfers USING btree (merchant_id, debit_account_id, transfer_id) WHERE (debit_available_after IS NOT NULL);
CREATE INDEX transfers_order ON transfers USING btree (merchant_id, order_id) WHERE (order_id IS NOT NULL);
CREATE UNIQUE INDEX transfers_resolution ON transfers USING btree (merchant_id, pending_id) WHERE (pending_id IS NOT NULL);
CREATE INDEX webhook_deliveries_chain ON webhook_deliveries USING btree (merchant_id, endpoint_id, order_id, event_id, part) WHERE (status = 'pending'::text);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries USING btree (merchant_id, endpoint_id, next_attempt_at) WHERE (status = 'pending'::text);
CREATE INDEX webhook_deliveries_listed ON webhook_deliveries USING btree (merchant_id, endpoint_id, status, happened_at, delivery_id);
CREATE INDEX webhook_deliveries_old ON webhook_deliveries USING btree (finished_at) WHERE (status <> 'pending'::text);
ALTER TABLE ONLY bundle_parts ADD CONSTRAINT bundle_parts_merchant_id_bundle_id_fkey FOREIGN KEY (merchant_id, bundle_id) REFERENCES bundles(merchant_id, bundle_id);
ALTER TABLE ONLY bundle_parts ADD CONSTRAINT bundle_parts_merchant_id_variant_id_fkey FOREIGN KEY (merchant_id, variant_id) REFERENCES variants(merchant_id, variant_id);
ALTER TABLE ONLY fulfilments ADD CONSTRAINT fulfilments_merchant_id_order_id_fkey FOREIGN KEY (merchant_id, order_id) REFERENCES orders(merchant_id, order_id);
ALTER TABLE ONLY invoices ADD CONSTRAINT invoices_merchant_id_order_id_fkey FOREIGN KEY (merchant_id, order_id) REFERENCES orders(merchant_id, order_id);
ALTER TABLE ONLY member_links ADD CONSTRAINT member_links_merchant_id_member_id_fkey FOREIGN KEY (merchant_id, member_id) REFERENCES members(merchant_id, member_id);
ALTER TABLE ONLY order_lines ADD CONSTRAINT order_lines_merchant_id_order_id_fkey FOREIGN KEY (merchant_id, order_id) REFERENCES orders(merchant_id, order_id);
ALTER TABLE ONLY payments ADD CONSTRAINT payments_merchant_id_invoice_id_fkey FOREIGN KEY (merchant_id, invoice_id) REFERENCES invoices(merchant_id, invoice_id);
ALTER TABLE ONLY price_options ADD CONSTRAINT price_options_merchant_id_bundle_id_fkey FOREIGN KEY (merchant_id, bundle_id) REFERENCES bundles(merchant_id, bundle_id);
ALTER TABLE ONLY services ADD CONSTRAINT services_merchant_id_type_id_fkey FOREIGN KEY (merchant_id, type_id) REFERENCES service_types(merchant_id, type_id);
ALTER TABLE ONLY shipments ADD CONSTRAINT shipments_order FOREIGN KEY (merchant_id, order_id) REFERENCES orders(merchant_id, order_id);
ALTER TABLE ONLY shipping_rates ADD CONSTRAINT shipping_rates_merchant_id_service_id_fkey FOREIGN KEY (merchant_id, service_id) REFERENCES courier_services(merchant_id, service_id);
ALTER TABLE ONLY store_price_options ADD CONSTRAINT store_price_options_merchant_id_option_id_fkey FOREIGN KEY (merchant_id, option_id) REFERENCES price_options(merchant_id, option_id);
ALTER TABLE ONLY store_price_options ADD CONSTRAINT store_price_options_merchant_id_store_id_fkey FOREIGN KEY (merchant_id, store_id) REFERENCES stores(merchant_id, store_id);
ALTER TABLE ONLY store_products ADD CONSTRAINT store_products_merchant_id_product_id_fkey FOREIGN KEY (merchant_id, product_id) REFERENCES products(merchant_id, product_id);
ALTER TABLE ONLY store_products ADD CONSTRAINT store_products_merchant_id_store_id_fkey FOREIGN KEY (merchant_id, store_id) REFERENCES stores(merchant_id, store_id);
ALTER TABLE ONLY transfers ADD CONSTRAINT transfers_merchant_id_pending_id_fkey FOREIGN KEY (merchant_id, pending_id) REFERENCES transfers(merchant_id, transfer_id);
ALTER TABLE ONLY variants ADD CONSTRAINT variants_merchant_id_product_id_fkey FOREIGN KEY (merchant_id, product_id) REFERENCES products(merchant_id, product_id);
ALTER TABLE ONLY webhook_attempts ADD CONSTRAINT webhook_attempts_merchant_id_delivery_id_fkey FOREIGN KEY (merchant_id, delivery_id) REFERENCES webhook_deliveries(merchant_id, delivery_id) ON DELETE CASCADE;
ALTER TABLE ONLY webhook_deliveries ADD CONSTRAINT webhook_deliveries_merchant_id_endpoint_id_fkey FOREIGN KEY (merchant_id, endpoint_id) REFERENCES webhook_endpoints(merchant_id, endpoint_id);
