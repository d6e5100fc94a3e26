-- depends: 0011-payment-rules

-- What a list may be filtered by; it is not looked for in details any more.
ALTER TABLE orders ADD COLUMN labels jsonb NOT NULL DEFAULT '{}';

UPDATE orders SET labels = CASE channel
    WHEN 'cekceir' THEN jsonb_strip_nulls(jsonb_build_object(
        'service_code', details ->> 'service_code', 'processing_type', details ->> 'processing_type'))
    ELSE jsonb_strip_nulls(jsonb_build_object(
        'store_id', details -> 'store' ->> 'id', 'method', details ->> 'method',
        'channel_code', details ->> 'channel_code')) END
WHERE channel IN ('cekceir', 'scalev');
