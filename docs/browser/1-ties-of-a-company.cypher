// Who is Intel tied to, and how?
// Every relation one step away, without the claims behind them. Put another id in place of company:intel: ids are the
// type and the name, as country:taiwan or person:jensen-huang.
MATCH ties = (:Entity {id: 'company:intel'})-[]-(:Entity)
RETURN ties
LIMIT 100
