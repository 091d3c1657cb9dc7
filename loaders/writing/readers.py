"""Whose claims a reading of a text takes the place of."""

SUCCEEDED = {"reader": ("spacy-rules",)}
"""By reader: those that it contains, so that what they found in the same text is not kept beside what it found."""


def replaced_by(reading: str) -> list[str]:
    """Names, without versions, of the readers whose claims give way to those of `reading`, a name with or without version."""
    name = reading.partition("/")[0]
    return [name, *SUCCEEDED.get(name, ())]
