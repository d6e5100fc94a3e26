-- depends: 0021-backups
-- transactional: false

-- Beside the shop's work: two thousand terms at a time, each piece its own transaction, and written to be run again from
-- its beginning. What is waited for is single rows: nobody queues behind it.
SET lock_timeout = '10min';
-- Each piece is found by its keys; for what the planner expects it would read all orders each time.
SET enable_seqscan = off;
SET enable_hashjoin = off;
SET enable_mergejoin = off;
DO $$
DECLARE
    face record;
    after_at timestamptz;
    after_id bigint;
BEGIN
    FOR face IN
        WITH RECURSIVE weeks AS (
            (SELECT merchant_id, environment, channel, week FROM order_terms
             ORDER BY merchant_id, environment, channel, week LIMIT 1)
            UNION ALL
            SELECT n.* FROM weeks w CROSS JOIN LATERAL (
                SELECT x.merchant_id, x.environment, x.channel, x.week FROM order_terms x
                WHERE (x.merchant_id, x.environment, x.channel, x.week)
                    > (w.merchant_id, w.environment, w.channel, w.week)
                ORDER BY x.merchant_id, x.environment, x.channel, x.week LIMIT 1) n
        )
        SELECT w.*, t.term FROM weeks w CROSS JOIN unnest(ARRAY['yunpaid', 'ypaid', 'yconflict', 'ysettled']) AS t(term)
    LOOP
        after_at := '-infinity';
        after_id := 0;
        LOOP
            WITH gone AS (
                DELETE FROM order_terms WHERE ctid = ANY(ARRAY(
                    SELECT x.ctid FROM order_terms x
                    WHERE x.merchant_id = face.merchant_id AND x.environment = face.environment
                      AND x.channel = face.channel AND x.week = face.week AND x.term = face.term
                      AND (x.created_at, x.order_id) > (after_at, after_id)
                    ORDER BY x.created_at, x.order_id LIMIT 2000))
                RETURNING *
            ), made AS (
                INSERT INTO order_terms
                SELECT g.merchant_id, g.environment, g.channel, g.week, g.term || '/' || o.status, g.created_at, g.order_id
                FROM gone g JOIN orders o ON o.merchant_id = g.merchant_id AND o.order_id = g.order_id
                ON CONFLICT DO NOTHING
            )
            SELECT created_at, order_id INTO after_at, after_id FROM gone ORDER BY created_at DESC, order_id DESC LIMIT 1;
            EXIT WHEN NOT FOUND;
            COMMIT;
        END LOOP;
    END LOOP;
END $$;
RESET enable_mergejoin;
RESET enable_hashjoin;
RESET enable_seqscan;
RESET lock_timeout;
