-- depends: 0054-articles-as-written
-- transactional: false

-- Written to be run again from its beginning: a key that stands in its canonical form already is left as it is.
INSERT INTO idempotency_keys (merchant_id, environment, owner, operation, key, fingerprint, answer, created_at)
SELECT DISTINCT ON (merchant_id, environment, operation, canonical)
    merchant_id, environment, owner, operation, canonical, fingerprint, answer, created_at
FROM (
    SELECT k.*, btrim(lower(regexp_replace(
        regexp_replace(normalize(k.key, NFKC), '\s+', ' ', 'g'),
        '[\u0001-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]',
        '', 'g'
    ))) AS canonical
    FROM idempotency_keys AS k
    WHERE k.owner = 'operator' AND (k.operation = 'money in' OR k.operation LIKE 'payments refund %')
) AS known
WHERE canonical <> '' AND canonical <> key
ORDER BY merchant_id, environment, operation, canonical, created_at
ON CONFLICT DO NOTHING;
