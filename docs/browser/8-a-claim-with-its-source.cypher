// How is a claim stored?
// A claim with its subject, object and document: the provenance that the other queries leave out.
MATCH (claim:Claim)-[:STATED_IN]->(document:Document)
WITH claim, document ORDER BY claim.id LIMIT 1
MATCH stored = (document)<-[:STATED_IN]-(claim)-[:SUBJECT|OBJECT|ATTRIBUTED_TO]->(:Entity)
RETURN stored
