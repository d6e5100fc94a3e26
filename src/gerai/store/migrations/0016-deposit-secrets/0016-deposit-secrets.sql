-- depends: 0009-suspense-and-fees

CREATE INDEX deposits_secret ON deposits USING hash (secret);
