"""Whether the graph is what its claims say."""
