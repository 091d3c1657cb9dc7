// From this version on the graph keeps how things were before they changed: later versions can be asked for as they were.
MATCH (state:GraphState {id: 'graph'}) SET state.history_since = coalesce(state.history_since, state.version);
