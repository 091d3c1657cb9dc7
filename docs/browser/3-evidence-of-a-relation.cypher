// Who says that Intel tested tools of ACM Research?
// The claims behind one relation: sentence, document, publisher, date, and how sure each is.
MATCH (:Entity {id: 'company:intel'})-[relation:TESTED]->(:Entity {id: 'company:acm-research'})
MATCH (claim:Claim {edge: relation.id})-[:STATED_IN]->(document:Document)
RETURN claim.sentence AS sentence, claim.modality AS modality, claim.confidence AS confidence,
       document.title AS title, document.publisher AS publisher, document.published AS published
ORDER BY confidence DESC, published
