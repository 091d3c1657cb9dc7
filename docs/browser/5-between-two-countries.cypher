// Who stands between the United States and China?
// Companies, bodies and things with a tie to both: where pressure from either side arrives first.
MATCH between = (:Entity {id: 'country:united-states'})-[]-(middle:Entity)-[]-(:Entity {id: 'country:china'})
WHERE NOT middle:Country AND NOT middle:Person
RETURN between
LIMIT 100
