"""The open benchmark of reading: annotated passages, the scorer, the mark-up in which more are written."""
