"""Evidence packs: an answer with all that it rests on, in one archive that can be checked without Chokepoint."""
