-- The protocols in the experiment's order, the first one the main. judge is the name of the model that is
-- asked, NULL where rules alone decide; prices are US dollars for a million tokens, NULL where unknown.
CREATE TABLE protocols (
    protocol VARCHAR PRIMARY KEY,
    position INTEGER NOT NULL,
    judge VARCHAR,
    input_price DOUBLE,
    output_price DOUBLE
);
