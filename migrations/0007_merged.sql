-- Incidents that were merged are found by what they are about.
-- Safe to roll back: it only adds an index.
CREATE INDEX `incidents_merged` ON `incidents` (`dedup_key`) WHERE merged_into is not null;
