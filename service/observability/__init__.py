"""What the service tells those who run it: an id for each request, a line in the log, figures for Prometheus."""
