-- depends: 0006-deposits
-- transactional: false

CREATE TABLE IF NOT EXISTS shipments (
    merchant_id bigint NOT NULL,
    shipment_id bigint NOT NULL,
    environment text NOT NULL,
    order_id bigint NOT NULL,
    status text NOT NULL,
    -- codes of the courier and its service; '': unknown
    courier text NOT NULL,
    service text NOT NULL,
    -- who books it; '': the merchant
    aggregator text NOT NULL,
    warehouse_id bigint,
    weight_g integer NOT NULL CHECK (weight_g >= 0),
    -- what the courier asks; what the buyer paid stands in the order
    cost_sen bigint NOT NULL CHECK (cost_sen >= 0),
    -- the courier's number; '': none yet
    receipt text NOT NULL,
    details jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    reported_at timestamptz,
    shipped_at timestamptz,
    delivered_at timestamptz,
    -- an order has one shipment and lends it its id
    PRIMARY KEY (merchant_id, shipment_id),
    CHECK (shipment_id = order_id),
    CONSTRAINT shipment_left_when_it_did CHECK ((status IN ('planned', 'booked', 'cancelled')) = (shipped_at IS NULL)),
    CONSTRAINT shipment_delivered_when_it_was CHECK ((status = 'delivered') = (delivered_at IS NOT NULL))
) WITH (fillfactor = 85);

-- Parcels of orders placed before: what was frozen into the order, standing where the order stands.
INSERT INTO shipments
SELECT o.merchant_id, o.order_id, o.environment, o.order_id, w.status,
       coalesce(p.parcel ->> 'courier_code', ''), coalesce(p.parcel ->> 'service_code', ''),
       coalesce(p.parcel ->> 'aggregator', ''), (p.parcel ->> 'warehouse_id')::bigint,
       coalesce((o.details ->> 'product_weight_g')::integer, 0) + coalesce((o.details ->> 'weight_bump_g')::integer, 0),
       coalesce((p.parcel ->> 'cost_sen')::bigint, 0), '', '{}', o.created_at, o.updated_at, NULL,
       CASE WHEN w.status NOT IN ('planned', 'cancelled') THEN coalesce(h.shipped_at, h.completed_at, o.updated_at) END,
       CASE WHEN w.status = 'delivered' THEN coalesce(h.completed_at, o.updated_at) END
FROM orders o
-- Only a parcel with a courier; a shipping fee alone sends nothing.
CROSS JOIN LATERAL (SELECT CASE WHEN o.details -> 'shipping' ? 'courier_code' THEN o.details -> 'shipping' END) p(parcel)
CROSS JOIN LATERAL (
    SELECT max(e.created_at) FILTER (WHERE e.name = 'order.shipped') AS shipped_at,
           max(e.created_at) FILTER (WHERE e.name = 'order.completed') AS completed_at,
           max(e.created_at) FILTER (WHERE e.name = 'order.returned') AS returned_at
    FROM events e WHERE e.merchant_id = o.merchant_id AND e.order_id = o.order_id) h
CROSS JOIN LATERAL (
    SELECT CASE
        WHEN o.status = 'shipped' THEN 'handed_over'
        WHEN o.status = 'returned' OR (o.status = 'closed' AND h.returned_at IS NOT NULL) THEN 'returned'
        WHEN o.status IN ('completed', 'partial', 'closed') THEN 'delivered'
        WHEN o.status IN ('cancelled', 'expired', 'failed') THEN 'cancelled'
        ELSE 'planned' END) w(status)
-- What was marked as shipped without a parcel has left all the same.
WHERE p.parcel IS NOT NULL OR o.status IN ('shipped', 'returned')
ON CONFLICT DO NOTHING;

-- A buyer or a courier asks with the number only.
CREATE INDEX IF NOT EXISTS shipments_receipt ON shipments (merchant_id, environment, lower(receipt COLLATE "C"))
    WHERE receipt <> '';

-- Checked afterwards, so that nobody who writes orders waits for the look at all of them.
ALTER TABLE shipments DROP CONSTRAINT IF EXISTS shipments_order;
ALTER TABLE shipments ADD CONSTRAINT shipments_order FOREIGN KEY (merchant_id, order_id) REFERENCES orders NOT VALID;
ALTER TABLE shipments VALIDATE CONSTRAINT shipments_order;
