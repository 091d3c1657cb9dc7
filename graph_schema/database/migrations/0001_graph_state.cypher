// The counter that grows with every committed change of the graph, so that readers can follow changes.
MERGE (state:GraphState {id: 'graph'}) ON CREATE SET state.version = 0;
