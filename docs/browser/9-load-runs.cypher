// What was loaded, when, and with what result?
// The latest runs of the loaders; counts say how many records were read, written and refused.
MATCH (run:LoadRun)
RETURN run.started AS started, run.job AS job, run.source AS source, run.status AS status, run.counts AS counts, run.error AS error
ORDER BY started DESC, run.id
LIMIT 50
