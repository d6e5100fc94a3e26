-- Money for every wallet of a shop, each by a deposit of its own, so that no order overdraws it.
UPDATE accounts SET credits_posted = credits_posted + %(funds)s
WHERE merchant_id = %(merchant)s AND account_id BETWEEN %(first_wallet)s AND %(first_wallet)s + %(members)s - 1;
INSERT INTO transfers
SELECT %(merchant)s, %(first_id)s + n, %(environment)s, 'single', NULL, %(funding)s, %(first_wallet)s + n, %(funds)s,
       'deposit', NULL, NULL, NULL, %(funds)s, 'opening', now()
FROM generate_series(0, %(members)s - 1) AS n;
INSERT INTO deposits
SELECT %(merchant)s, %(first_id)s + n, %(environment)s, 'leuwongrr', %(first_member)s + n, %(first_wallet)s + n,
       'open-' || n, md5(n::text), 'succeeded', %(funds)s, 0, %(funds)s, 'manual', '', '', '', '{}', '',
       %(first_id)s + n, now(), now(), NULL, now()
FROM generate_series(0, %(members)s - 1) AS n;
