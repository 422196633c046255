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

COMMENT ON TABLE samples IS 'One question of a benchmark with its picture.';
COMMENT ON COLUMN samples.benchmark IS 'A name of benchmark_catalog.';
COMMENT ON COLUMN samples.sample_id IS 'Benchmark and official id: BENCHMARK/ID.';
COMMENT ON COLUMN samples.question IS 'The question as its source has it.';
COMMENT ON COLUMN samples.options IS 'Its options in order; empty: an open question.';
COMMENT ON COLUMN samples.gold IS 'JSON: label set to its gold answer, null where the set has none.';
COMMENT ON COLUMN samples.image IS 'The picture: SHA-256, file under images/, width and height in pixels, bytes as in the source.';
COMMENT ON COLUMN samples.category IS 'Category of the source; all where it has none.';
COMMENT ON COLUMN samples.groups IS 'JSON: name of a group to this sample''s value, for metrics and breakdowns.';
COMMENT ON COLUMN samples.hint IS 'Text that belongs to the question (ScienceQA); empty: none.';
COMMENT ON COLUMN samples.prompt_source IS 'In whose wording the model is asked: unified (ours), official, released.';
COMMENT ON COLUMN samples.style IS 'Which official wording, where it is put together from the fields; plain: none.';
COMMENT ON COLUMN samples.wordings IS 'JSON: source to its wording of the question, where it spells one out.';
COMMENT ON COLUMN samples.errata IS 'What was repaired at this sample; empty: nothing.';
