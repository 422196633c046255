-- Samples of a run on which protocols differ under the same labels: one row per sample and protocol.
-- protocols counts those that were asked, dissenting those that do not give the most frequent verdict.
CREATE VIEW disputed AS
WITH tallied AS (
    SELECT run, labels, sample_id, verdict, count(*) AS protocols
    FROM verdicts
    GROUP BY ALL
),
split AS (
    SELECT
        run, labels, sample_id,
        sum(protocols) AS protocols,
        sum(protocols) - max(protocols) AS dissenting
    FROM tallied
    GROUP BY ALL
    HAVING count(*) > 1
),
final AS (
    SELECT
        run, labels, sample_id, protocols, dissenting, protocol, verdict, extracted, compared, rule,
        reason, judge_reply
    FROM verdicts
    JOIN split USING (run, labels, sample_id)
)
SELECT * FROM final;

COMMENT ON VIEW disputed IS 'Samples of a run on which protocols differ under the same labels: one row per sample and protocol.';
COMMENT ON COLUMN disputed.run IS 'The run; a row of runs.';
COMMENT ON COLUMN disputed.labels IS 'Label set: released, official, corrected.';
COMMENT ON COLUMN disputed.sample_id IS 'The sample; a row of samples.';
COMMENT ON COLUMN disputed.protocols IS 'Protocols that judged it.';
COMMENT ON COLUMN disputed.dissenting IS 'Those that do not give the most frequent verdict.';
COMMENT ON COLUMN disputed.protocol IS 'The protocol of this row.';
COMMENT ON COLUMN disputed.verdict IS 'Its verdict.';
COMMENT ON COLUMN disputed.extracted IS 'The answer as it read it; NULL: none could be read.';
COMMENT ON COLUMN disputed.compared IS 'What of it was held against the gold; NULL: nothing.';
COMMENT ON COLUMN disputed.rule IS 'What decided.';
COMMENT ON COLUMN disputed.reason IS 'Why there is no score; NULL: there is one.';
COMMENT ON COLUMN disputed.judge_reply IS 'What the judge wrote; NULL: rules decided.';
