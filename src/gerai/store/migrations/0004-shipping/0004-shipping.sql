-- depends: 0003-storefront

-- Districts (kecamatan). merchant_id 0: known to every merchant.
CREATE TABLE locations (
    merchant_id bigint NOT NULL,
    location_id bigint NOT NULL CHECK (location_id > 0),
    -- official region code PP.RR.DD
    code text NOT NULL,
    district text NOT NULL,
    city text NOT NULL,
    province text NOT NULL,
    latitude double precision CHECK (latitude BETWEEN -90 AND 90),
    longitude double precision CHECK (longitude BETWEEN -180 AND 180),
    postal_codes text[] NOT NULL DEFAULT '{}',
    PRIMARY KEY (merchant_id, location_id),
    UNIQUE (merchant_id, code)
);

-- A service of a courier that the merchant ships with.
CREATE TABLE courier_services (
    merchant_id bigint NOT NULL,
    service_id bigint NOT NULL CHECK (service_id > 0),
    courier_id bigint NOT NULL CHECK (courier_id > 0),
    courier_code text NOT NULL,
    courier_name text NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    courier_type text NOT NULL DEFAULT 'standard' CHECK (courier_type IN ('instant', 'cashless', 'standard')),
    -- who books it; '': the merchant
    aggregator text NOT NULL DEFAULT '',
    pickup boolean NOT NULL DEFAULT true,
    minimum_kg integer NOT NULL DEFAULT 1 CHECK (minimum_kg >= 1),
    tolerance_g integer NOT NULL DEFAULT 300 CHECK (tolerance_g BETWEEN 0 AND 999),
    PRIMARY KEY (merchant_id, service_id)
);

-- Price per kilogram. origin: a regency code; destination: a district, regency or province code; '': anywhere.
CREATE TABLE shipping_rates (
    merchant_id bigint NOT NULL,
    service_id bigint NOT NULL,
    origin text NOT NULL,
    destination text NOT NULL,
    per_kg_sen bigint NOT NULL CHECK (per_kg_sen >= 0),
    days_min integer NOT NULL CHECK (days_min >= 0),
    days_max integer NOT NULL CHECK (days_max >= days_min),
    cod boolean NOT NULL DEFAULT false,
    PRIMARY KEY (merchant_id, service_id, origin, destination),
    FOREIGN KEY (merchant_id, service_id) REFERENCES courier_services
);
