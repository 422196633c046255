-- The same answers of a run rung by rung: released labels under the released rules, official and corrected labels
-- under these rules, then every other protocol under the best labels that the run has. A rung that was not scored has
-- a row without numbers, and the next one is compared with the last that was.
CREATE VIEW gap AS
WITH label_sets AS (
    SELECT * FROM (VALUES ('released', 0), ('official', 1), ('corrected', 2)) AS named (labels, position)
),
released AS (
    SELECT coalesce(
        arg_min(protocol, position) FILTER (protocol = 'released-2026-03'),
        arg_min(protocol, position) FILTER (starts_with(protocol, 'released-')),
        'released-2026-03'
    ) AS protocol
    FROM protocols
),
best AS (
    SELECT run, arg_max(labels, label_sets.position) AS labels
    FROM (SELECT DISTINCT run, labels FROM verdicts)
    JOIN label_sets USING (labels)
    GROUP BY run
),
planned AS (
    SELECT run, label_sets.position AS rung, released.protocol, label_sets.labels
    FROM best
    CROSS JOIN label_sets
    CROSS JOIN released
    UNION ALL
    SELECT
        run, 2 + row_number() OVER (PARTITION BY run ORDER BY protocols.position) AS rung,
        protocols.protocol, best.labels
    FROM best
    CROSS JOIN protocols
    WHERE protocols.protocol <> (SELECT protocol FROM released)
),
available AS (
    SELECT planned.*, lag(rung) OVER (PARTITION BY run ORDER BY rung) AS before
    FROM planned
    SEMI JOIN verdicts USING (run, protocol, labels)
),
compared AS (
    SELECT
        one.run, one.rung,
        count(*) FILTER (here.score IS NOT NULL AND there.score IS NOT NULL) AS pairs,
        count(*) FILTER (here.score = 1 AND there.score = 0) AS only_here,
        count(*) FILTER (here.score = 0 AND there.score = 1) AS only_before,
        count(here.score) FILTER (there.score IS NULL) AS scored_here,
        count(there.score) FILTER (here.score IS NULL) AS scored_before
    FROM available AS one
    JOIN available AS other ON other.run = one.run AND other.rung = one.before
    JOIN verdicts AS here
        ON here.run = one.run AND here.protocol = one.protocol AND here.labels = one.labels
    JOIN verdicts AS there
        ON there.run = one.run AND there.protocol = other.protocol AND there.labels = other.labels
        AND there.sample_id = here.sample_id
    GROUP BY ALL
),
final AS (
    SELECT
        planned.run, rung, planned.protocol, planned.labels,
        available.rung IS NOT NULL AS available,
        before, pairs, only_here, only_before, scored_here, scored_before
    FROM planned
    LEFT JOIN available USING (run, rung)
    LEFT JOIN compared USING (run, rung)
)
SELECT * FROM final;

COMMENT ON VIEW gap IS 'The answers of a run under one labels and protocol after the other, from released to ours.';
COMMENT ON COLUMN gap.run IS 'The run.';
COMMENT ON COLUMN gap.rung IS 'Its place, counted from 0: three label sets, then the other protocols.';
COMMENT ON COLUMN gap.protocol IS 'Protocol that scores it.';
COMMENT ON COLUMN gap.labels IS 'Label set that it is scored with.';
COMMENT ON COLUMN gap.available IS 'Whether the run has verdicts under the protocol and labels.';
COMMENT ON COLUMN gap.before IS 'The rung that it is compared with; NULL for the first and what is not available.';
COMMENT ON COLUMN gap.pairs IS 'Samples that both rungs have a score for; NULL where nothing is before.';
COMMENT ON COLUMN gap.only_here IS 'Samples of pairs that are right here and wrong before; NULL as pairs.';
COMMENT ON COLUMN gap.only_before IS 'Samples of pairs that are wrong here and right before; NULL as pairs.';
COMMENT ON COLUMN gap.scored_here IS 'Samples that have a score here and none before; NULL as pairs.';
COMMENT ON COLUMN gap.scored_before IS 'Samples that have a score before and none here; NULL as pairs.';
