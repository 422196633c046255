-- Which file of the content-addressed store holds the vision features of which picture, from the manifests.
CREATE TABLE features (
    model VARCHAR NOT NULL,
    benchmark VARCHAR NOT NULL,
    shard VARCHAR NOT NULL,
    image VARCHAR NOT NULL,
    file VARCHAR NOT NULL,
    PRIMARY KEY (model, benchmark, shard, image)
);

COMMENT ON TABLE features IS 'Which file holds the vision features of which picture, by shard, since every shard has a manifest of its own; shards without one have no row.';
COMMENT ON COLUMN features.model IS 'A name of model_catalog.';
COMMENT ON COLUMN features.benchmark IS 'A name of benchmark_catalog.';
COMMENT ON COLUMN features.shard IS 'Shard whose manifest names the file.';
COMMENT ON COLUMN features.image IS 'SHA-256 of the picture; samples.image.sha256 is the same.';
COMMENT ON COLUMN features.file IS 'Its file under results/features/store.';
