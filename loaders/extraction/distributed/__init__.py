"""Extraction over many machines with Ray Data: blocks of files in, blocks of triples out, each finished block kept."""
