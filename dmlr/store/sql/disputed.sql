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
