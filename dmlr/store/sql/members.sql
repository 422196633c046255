-- What each sample belongs to, one row per sample and group (name). Besides the loaders' groups there are
-- category and all, which every sample is in.
CREATE VIEW members AS
WITH entries AS (
    SELECT sample_id, unnest(map_entries(CAST(groups AS MAP(VARCHAR, VARCHAR)))) AS entry
    FROM samples
),
final AS (
    SELECT sample_id, entry.key AS name, entry.value AS value FROM entries
    UNION ALL
    SELECT sample_id, 'category' AS name, category AS value FROM samples
    UNION ALL
    SELECT sample_id, 'all' AS name, 'all' AS value FROM samples
)
SELECT * FROM final;

COMMENT ON VIEW members IS 'What each sample belongs to: one row per sample and group.';
COMMENT ON COLUMN members.sample_id IS 'The sample; a row of samples.';
COMMENT ON COLUMN members.name IS 'The group: one of the loader''s, category, or all, which every sample is in.';
COMMENT ON COLUMN members.value IS 'Its value at this sample.';
