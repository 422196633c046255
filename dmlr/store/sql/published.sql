-- The published numbers, in the words of the paper, as config/paper/ has them.
CREATE TABLE published (
    source VARCHAR NOT NULL CHECK (source IN ('table1', 'table2', 'reproductions')),
    model VARCHAR,
    method VARCHAR NOT NULL,
    benchmark VARCHAR NOT NULL,
    accuracy DOUBLE NOT NULL CHECK (accuracy BETWEEN 0 AND 100),
    samples INTEGER,
    told VARCHAR,
    UNIQUE (source, model, method, benchmark)
);
COMMENT ON TABLE published IS 'Accuracies that the paper (arXiv 2512.12623) prints, and what others reported of it.';
COMMENT ON COLUMN published.source IS 'table1 or table2 of the paper, or reproductions by others.';
COMMENT ON COLUMN published.model IS 'The paper''s word for the model; NULL in Table 2, which names none.';
COMMENT ON COLUMN published.method IS 'The paper''s word for the method; in Table 2 for the injection.';
COMMENT ON COLUMN published.benchmark IS 'The paper''s word for the benchmark.';
COMMENT ON COLUMN published.accuracy IS 'Published accuracy in percent.';
COMMENT ON COLUMN published.samples IS 'Number of samples behind it; NULL where it is not said.';
COMMENT ON COLUMN published.told IS 'Who reported it and how; NULL for the paper''s own.';
