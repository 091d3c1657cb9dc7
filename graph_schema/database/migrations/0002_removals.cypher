// From this version on the graph keeps ids and times of what went. Whoever follows removals of an earlier one reads all anew.
MATCH (state:GraphState {id: 'graph'}) SET state.removals_since = coalesce(state.removals_since, state.version);
