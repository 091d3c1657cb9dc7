"""Judgements on whether two entities are one: stored beside the data, applied to the graph, reversible at any time."""
