-- depends: 0014-rounding

-- jsonb sorts the keys of objects; json keeps the text.
ALTER TABLE fulfilments ALTER COLUMN result TYPE json USING result::json;

ALTER TABLE service_types DROP CONSTRAINT service_types_input_schema_check;
ALTER TABLE service_types DROP CONSTRAINT service_types_result_schema_check;
ALTER TABLE service_types ALTER COLUMN input_schema TYPE json USING input_schema::json;
ALTER TABLE service_types ALTER COLUMN result_schema TYPE json USING result_schema::json;
ALTER TABLE service_types ADD CONSTRAINT service_types_input_schema_check CHECK (json_typeof(input_schema) = 'object');
ALTER TABLE service_types ADD CONSTRAINT service_types_result_schema_check CHECK (json_typeof(result_schema) = 'object');

ALTER TABLE variants ALTER COLUMN metadata DROP DEFAULT;
ALTER TABLE variants ALTER COLUMN metadata TYPE json USING metadata::json;
ALTER TABLE variants ALTER COLUMN metadata SET DEFAULT '{}';
