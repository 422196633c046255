-- One run: benchmark x model x profile x seed.
CREATE TABLE runs (
    run VARCHAR PRIMARY KEY,
    benchmark VARCHAR NOT NULL,
    model VARCHAR NOT NULL,
    profile VARCHAR NOT NULL,
    seed INTEGER NOT NULL,
    settings JSON NOT NULL,
    provenance JSON NOT NULL,
    provenance_id VARCHAR NOT NULL REFERENCES provenance (id),
    UNIQUE (benchmark, model, profile, seed)
);

COMMENT ON TABLE runs IS 'One run: benchmark x model x profile x seed.';
COMMENT ON COLUMN runs.run IS 'Name of the run as one word; exports and pages are named by it.';
COMMENT ON COLUMN runs.benchmark IS 'A name of benchmark_catalog.';
COMMENT ON COLUMN runs.model IS 'A name of model_catalog.';
COMMENT ON COLUMN runs.profile IS 'A name of profile_catalog.';
COMMENT ON COLUMN runs.seed IS 'Seed of the run; with the sample''s id it seeds all noise.';
COMMENT ON COLUMN runs.settings IS 'What the run was told: every field of its model and of its profile.';
COMMENT ON COLUMN runs.provenance IS 'What the stage reason recorded with the answers of the first shard: code, weights, packages, commit, device.';
COMMENT ON COLUMN runs.provenance_id IS 'Row of provenance with everything that answers and verdicts came from.';
