-- depends: 0009-suspense-and-fees

-- Who an order is for, as sent with it.
ALTER TABLE orders ADD COLUMN contact jsonb NOT NULL DEFAULT '{}';

-- What is known of the customers of earlier orders: their member, and what their doors kept beside it.
UPDATE orders o SET contact = jsonb_strip_nulls(jsonb_build_object(
    'name', nullif(coalesce(p.customer ->> 'name', m.name), ''),
    'email', nullif(coalesce(p.customer ->> 'email', m.email), ''),
    'mobile', nullif(coalesce(p.customer ->> 'phone', m.mobile), ''),
    'reference', nullif(m.reference, ''),
    'details', CASE o.channel WHEN 'durianpay' THEN nullif(m.details, '{}') END,
    'address', CASE o.channel WHEN 'durianpay' THEN o.details -> 'address' END))
FROM (SELECT *, CASE channel WHEN 'scalev' THEN details -> 'customer' END AS customer FROM orders) p
LEFT JOIN members m ON m.merchant_id = p.merchant_id AND m.member_id = p.member_id
WHERE o.merchant_id = p.merchant_id AND o.order_id = p.order_id
  AND (p.member_id IS NOT NULL OR p.customer IS NOT NULL);

-- Two customers may share a mobile as soon as they have an e-mail address. One without is the mobile's own, so that two
-- rivals creating it still meet.
DROP INDEX members_mobile;
CREATE UNIQUE INDEX members_mobile_alone ON members (merchant_id, environment, channel, mobile)
    WHERE mobile <> '' AND email = '';
CREATE INDEX members_mobile ON members (merchant_id, environment, channel, mobile, member_id) WHERE mobile <> '';

-- One form of each mobile, E.164. Of several members who turn out to have the same, one is found by it from now on (who
-- has that form already, else the first), and the others keep their spelling.
WITH spelt AS (
    SELECT merchant_id, member_id, environment, channel, mobile AS before,
           regexp_replace(mobile, '[^0-9+]', '', 'g') AS digits
    FROM members WHERE mobile <> ''
), formed AS (
    SELECT *, CASE WHEN digits ~ '^[+]62' THEN '+62' || ltrim(substr(digits, 4), '0')
                   WHEN digits ~ '^[+]' THEN digits
                   WHEN digits ~ '^62[0-9]{7,}' THEN '+62' || ltrim(substr(digits, 3), '0')
                   WHEN digits ~ '^00' THEN '+' || substr(digits, 3)
                   ELSE '+62' || ltrim(digits, '0') END AS mobile
    FROM spelt WHERE digits ~ '[1-9]'
), first AS (
    SELECT DISTINCT ON (merchant_id, environment, channel, mobile) * FROM formed
    ORDER BY merchant_id, environment, channel, mobile, before <> mobile, member_id
)
UPDATE members m SET mobile = f.mobile
FROM first f WHERE m.merchant_id = f.merchant_id AND m.member_id = f.member_id AND f.before <> f.mobile;
