-- depends: 0048-merchants-closed
-- transactional: false

-- Written to be run again from its beginning. No row of a catalogue is read or changed.
CREATE TABLE IF NOT EXISTS catalogue_changes (
    merchant_id bigint NOT NULL,
    section text NOT NULL,
    id bigint NOT NULL,
    rest text NOT NULL,
    changed_in xid8 NOT NULL,
    PRIMARY KEY (merchant_id, section, id, rest)
);
CREATE INDEX IF NOT EXISTS catalogue_changes_since ON catalogue_changes (merchant_id, changed_in);

-- Arguments: the section, and the columns that name a thing in it, a number first. Of many rows only the section is noted,
-- as thing 0: a hundred thousand notes would take longer than what is noted.
CREATE OR REPLACE FUNCTION gerai_note_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    many boolean := (SELECT count(*) > 1000 FROM (SELECT FROM changed LIMIT 1001) first);
BEGIN
    INSERT INTO catalogue_changes AS known (merchant_id, section, id, rest, changed_in)
    SELECT merchant_id, TG_ARGV[0], 0, '', pg_current_xact_id()
    FROM (SELECT DISTINCT merchant_id FROM changed WHERE many) whole
    UNION ALL
    SELECT DISTINCT c.merchant_id, TG_ARGV[0], (of.it ->> TG_ARGV[1])::bigint,
        concat_ws('|', of.it ->> TG_ARGV[2], of.it ->> TG_ARGV[3]), pg_current_xact_id()
    FROM changed c CROSS JOIN LATERAL (SELECT to_jsonb(c) AS it) of
    WHERE NOT many
    ORDER BY 1, 3, 4
    ON CONFLICT (merchant_id, section, id, rest) DO UPDATE SET changed_in = excluded.changed_in
    WHERE known.changed_in <> excluded.changed_in;
    RETURN NULL;
END
$$;

-- One table after the other, each for a moment: whoever changes a catalogue meanwhile waits for one of them at most.
CREATE OR REPLACE PROCEDURE gerai_note_changes_of(relation text, section text, columns text) LANGUAGE plpgsql AS $$
DECLARE
    act record;
BEGIN
    FOR act IN SELECT * FROM (VALUES
        ('added', 'INSERT', 'NEW'), ('changed', 'UPDATE', 'NEW'), ('removed', 'DELETE', 'OLD')
    ) AS t (name, event, rows)
    LOOP
        -- Orders change how many there are of a stock row or a pool of codes, never what it is of.
        CONTINUE WHEN relation IN ('stock', 'code_pools') AND act.event = 'UPDATE';
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER %I AFTER %s ON %I REFERENCING %s TABLE AS changed '
            'FOR EACH STATEMENT EXECUTE FUNCTION gerai_note_change(%L, %s)',
            relation || '_' || act.name || '_noted', act.event, relation, act.rows, section, columns
        );
    END LOOP;
END
$$;
CALL gerai_note_changes_of('stores', 'stores', 'store_id');
CALL gerai_note_changes_of('products', 'products', 'product_id');
CALL gerai_note_changes_of('variants', 'variants', 'variant_id');
CALL gerai_note_changes_of('bundles', 'bundles', 'bundle_id');
CALL gerai_note_changes_of('bundle_parts', 'bundles', 'bundle_id');
CALL gerai_note_changes_of('price_options', 'price_options', 'option_id');
CALL gerai_note_changes_of('warehouses', 'warehouses', 'warehouse_id');
CALL gerai_note_changes_of('store_products', 'store_products', 'product_id, store_id');
CALL gerai_note_changes_of('store_price_options', 'store_price_options', 'option_id, store_id');
CALL gerai_note_changes_of('stock', 'stock', 'item_id, environment, warehouse_id');
CALL gerai_note_changes_of('code_pools', 'code_pools', 'variant_id, environment');
CALL gerai_note_changes_of('courier_services', 'courier_services', 'service_id');
CALL gerai_note_changes_of('shipping_rates', 'shipping_rates', 'service_id, origin, destination');
CALL gerai_note_changes_of('service_types', 'service_types', 'type_id');
CALL gerai_note_changes_of('services', 'services', 'service_id');
CALL gerai_note_changes_of('locations', 'locations', 'location_id');
DROP PROCEDURE gerai_note_changes_of(text, text, text);
