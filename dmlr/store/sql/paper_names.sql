-- What the paper's words mean: one row per name of ours that a word can stand for.
CREATE TABLE paper_names (
    kind VARCHAR NOT NULL CHECK (kind IN ('models', 'methods', 'injections', 'benchmarks')),
    word VARCHAR NOT NULL,
    position INTEGER NOT NULL,
    name VARCHAR NOT NULL,
    PRIMARY KEY (kind, name)
);
COMMENT ON TABLE paper_names IS 'The words of the paper and the names of our catalogs that they can mean, from config/paper/names.yaml.';
COMMENT ON COLUMN paper_names.kind IS 'What the word names: models, methods, injections (the rows of Table 2) or benchmarks.';
COMMENT ON COLUMN paper_names.word IS 'The word of the paper.';
COMMENT ON COLUMN paper_names.position IS 'Order of the words and names of a kind, from 0.';
COMMENT ON COLUMN paper_names.name IS 'A model, profile or benchmark of our catalogs that the word can mean.';
