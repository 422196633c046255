-- Two protocols on the same answers of a run under the same labels, the one that the experiment names first
-- being the first. The four counts of right and wrong are over the samples that both have a score for.
CREATE VIEW agreement AS
WITH ordered AS (
    SELECT verdicts.run, labels, sample_id, protocol, position, score
    FROM verdicts
    JOIN protocols USING (protocol)
),
final AS (
    SELECT
        run, labels, one.protocol AS first_protocol, other.protocol AS second_protocol,
        count(*) AS samples,
        count(*) FILTER (one.score = 1 AND other.score = 1) AS both_correct,
        count(*) FILTER (one.score = 1 AND other.score = 0) AS only_first_correct,
        count(*) FILTER (one.score = 0 AND other.score = 1) AS only_second_correct,
        count(*) FILTER (one.score = 0 AND other.score = 0) AS both_wrong,
        count(one.score) FILTER (other.score IS NULL) AS only_first_scored,
        count(other.score) FILTER (one.score IS NULL) AS only_second_scored
    FROM ordered AS one
    JOIN ordered AS other USING (run, labels, sample_id)
    WHERE one.position < other.position
    GROUP BY ALL
)
SELECT * FROM final;

COMMENT ON VIEW agreement IS 'Two protocols on the same answers of a run under the same labels, the one that the experiment names first being the first.';
COMMENT ON COLUMN agreement.run IS 'The run; a row of runs.';
COMMENT ON COLUMN agreement.labels IS 'Label set: released, official, corrected.';
COMMENT ON COLUMN agreement.first_protocol IS 'The protocol that the experiment names first.';
COMMENT ON COLUMN agreement.second_protocol IS 'The other one.';
COMMENT ON COLUMN agreement.samples IS 'Samples that both judged.';
COMMENT ON COLUMN agreement.both_correct IS 'Those that both find correct.';
COMMENT ON COLUMN agreement.only_first_correct IS 'Correct by the first, wrong by the second.';
COMMENT ON COLUMN agreement.only_second_correct IS 'Wrong by the first, correct by the second.';
COMMENT ON COLUMN agreement.both_wrong IS 'Those that both find wrong.';
COMMENT ON COLUMN agreement.only_first_scored IS 'Those that only the first has a score for.';
COMMENT ON COLUMN agreement.only_second_scored IS 'Those that only the second has a score for.';
