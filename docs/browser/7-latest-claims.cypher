// What was said last?
// The newest claims, with the words and where they stand.
MATCH (document:Document)<-[:STATED_IN]-(claim:Claim)
WHERE document.published IS NOT NULL
MATCH (claim)-[:SUBJECT]->(subject:Entity)
MATCH (claim)-[:OBJECT]->(object:Entity)
RETURN document.published AS published, subject.name AS subject, claim.relation AS relation, object.name AS object,
       claim.sentence AS sentence, document.title AS title
ORDER BY published DESC, claim.id
LIMIT 50
