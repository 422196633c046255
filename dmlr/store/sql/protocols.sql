-- The protocols in the experiment's order, the first one the main. judge is the name of the model that is
-- asked, NULL where rules alone decide; prices are US dollars for a million tokens, NULL where unknown.
CREATE TABLE protocols (
    protocol VARCHAR PRIMARY KEY,
    position INTEGER NOT NULL,
    judge VARCHAR,
    input_price DOUBLE,
    output_price DOUBLE
);

COMMENT ON TABLE protocols IS 'The protocols of the experiment.';
COMMENT ON COLUMN protocols.protocol IS 'A name of protocol_catalog.';
COMMENT ON COLUMN protocols.position IS 'Place in the experiment, from 0; the first is the main one.';
COMMENT ON COLUMN protocols.judge IS 'Name of the judge that is asked; NULL: rules alone decide.';
COMMENT ON COLUMN protocols.input_price IS 'US dollars for a million tokens of prompt; NULL: unknown, or no judge.';
COMMENT ON COLUMN protocols.output_price IS 'US dollars for a million tokens of reply; NULL: unknown, or no judge.';
