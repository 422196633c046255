-- The same predictions of a run under one protocol and two label sets, on the samples that both have a score for.
CREATE VIEW label_pairs AS
WITH final AS (
    SELECT
        one.run, one.protocol, one.labels, other.labels AS other_labels,
        count(*) AS n,
        count(*) FILTER (one.score > other.score) AS only_labels,
        count(*) FILTER (one.score < other.score) AS only_other
    FROM verdicts AS one
    JOIN verdicts AS other USING (run, protocol, sample_id)
    WHERE one.labels <> other.labels AND one.score IS NOT NULL AND other.score IS NOT NULL
    GROUP BY ALL
)
SELECT * FROM final;

COMMENT ON VIEW label_pairs IS 'The same predictions under two label sets: one row per run, protocol and ordered pair of label sets.';
COMMENT ON COLUMN label_pairs.run IS 'The run.';
COMMENT ON COLUMN label_pairs.protocol IS 'The protocol that scored.';
COMMENT ON COLUMN label_pairs.labels IS 'One label set.';
COMMENT ON COLUMN label_pairs.other_labels IS 'The other label set.';
COMMENT ON COLUMN label_pairs.n IS 'Samples that have a score under both.';
COMMENT ON COLUMN label_pairs.only_labels IS 'Of these, right under the one label set alone.';
COMMENT ON COLUMN label_pairs.only_other IS 'Of these, right under the other label set alone.';
