"""One module per source: from what people have to triples and articles. Pure and lazy: no clock, no database."""
