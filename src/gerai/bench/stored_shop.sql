-- A merchant with accounts, members with wallets, and a webhook endpoint. Its ids follow the merchant's.
INSERT INTO merchants (merchant_id, code, name, simulated) VALUES (%(merchant)s, %(code)s, %(name)s, true);
INSERT INTO accounts SELECT %(merchant)s, %(merchant)s + k.n, %(environment)s, k.kind, NULL, 0, 0, 0, 0, now()
FROM (VALUES (1, 'sales'), (2, 'gateway'), (3, 'funding'), (6, 'suspense'), (7, 'fees'), (8, 'refunds_owed'), (9, 'bank')) AS k(n, kind);
INSERT INTO webhook_endpoints (merchant_id, endpoint_id, environment, channel, url, events, secret_sealed, key_sealed,
                               status, reason, after_event_id, created_at, updated_at)
VALUES (%(merchant)s, %(merchant)s + 5, %(environment)s, 'durianpay', 'https://shop.example/hook', '{}', '', '', 'active',
        '', 0, now(), now());
INSERT INTO members (merchant_id, member_id, environment, channel, public_id, name, email, mobile, reference, details,
                     created_at, updated_at)
SELECT %(merchant)s, %(first_member)s + n, %(environment)s, 'leuwongrr', 'm' || n, 'Member ' || n,
       'm' || n || '@example.com', '', '', '{}', now(), now()
FROM generate_series(0, %(members)s - 1) AS n;
INSERT INTO accounts
SELECT %(merchant)s, %(first_wallet)s + n, %(environment)s, 'wallet', %(first_member)s + n, 0, 0, 0, 0, now()
FROM generate_series(0, %(members)s - 1) AS n;
