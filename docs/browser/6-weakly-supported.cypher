// Which relations rest on a single source, or on hearsay?
// Planned, alleged, possible or threatened, or stated by one publisher with a confidence below 0.7; surest last.
MATCH (subject:Entity)-[relation]->(object:Entity)
WHERE relation.status IN ['planned', 'alleged', 'possible', 'threatened', 'conditional']
   OR (relation.sources = 1 AND relation.confidence < 0.7)
RETURN subject.name AS subject, type(relation) AS relation, object.name AS object,
       relation.status AS status, relation.confidence AS confidence, relation.sources AS sources
ORDER BY confidence, subject, relation, object
LIMIT 100
