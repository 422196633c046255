-- What no reply of any run got right, by benchmark, label set and protocol: reached is what some run did.
CREATE VIEW ceilings AS
WITH judged AS (
    SELECT
        runs.benchmark, labels, protocol, sample_id,
        bool_or(rule = 'no gold') AS no_gold,
        coalesce(max(score), 0) AS reached
    FROM verdicts
    JOIN runs USING (run)
    GROUP BY ALL
),
final AS (
    SELECT
        benchmark, labels, protocol,
        count(*) AS samples,
        count(*) FILTER (no_gold) AS no_gold,
        count(*) FILTER (reached = 1) AS reached
    FROM judged
    GROUP BY ALL
)
SELECT * FROM final;

COMMENT ON VIEW ceilings IS 'What replies could get right at most: one row per benchmark, label set and protocol.';
COMMENT ON COLUMN ceilings.benchmark IS 'The benchmark.';
COMMENT ON COLUMN ceilings.labels IS 'The label set.';
COMMENT ON COLUMN ceilings.protocol IS 'The protocol that scored.';
COMMENT ON COLUMN ceilings.samples IS 'Samples of the benchmark.';
COMMENT ON COLUMN ceilings.no_gold IS 'Of these, without a gold under the labels: no reply is right.';
COMMENT ON COLUMN ceilings.reached IS 'Of these, right in at least one run of the experiment: some reply can get them.';
