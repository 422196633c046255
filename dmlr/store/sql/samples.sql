-- One question of a benchmark. gold, groups and wordings are JSON objects: label set -> gold,
-- group -> id, source -> its wording of the question.
CREATE TABLE samples (
    benchmark VARCHAR NOT NULL,
    sample_id VARCHAR PRIMARY KEY,
    question VARCHAR NOT NULL,
    options VARCHAR[] NOT NULL,
    gold JSON NOT NULL,
    image STRUCT(sha256 VARCHAR, file VARCHAR, width INTEGER, height INTEGER, bytes BIGINT) NOT NULL,
    category VARCHAR NOT NULL,
    groups JSON NOT NULL,
    hint VARCHAR NOT NULL,
    prompt_source VARCHAR NOT NULL,
    style VARCHAR NOT NULL,
    wordings JSON NOT NULL,
    errata VARCHAR[] NOT NULL
);
