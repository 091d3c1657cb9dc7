"""Watch lists: what is news about some entities, kept in the graph, and how each piece of it is delivered once."""
