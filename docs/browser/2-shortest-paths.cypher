// Through whom is Intel tied to the United States?
// All shortest chains of up to four relations. Only entities may stand in between, so that no path runs through a claim
// or a document.
MATCH path = ALL SHORTEST (:Entity {id: 'company:intel'}) ((:Entity)-[]-(:Entity)){1,4} (:Entity {id: 'country:united-states'})
RETURN path
LIMIT 25
