"""The bundled sample: bulletins and statements in our own words about facts of the domain."""
