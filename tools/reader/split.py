"""How passages are split: by publisher, so that none is on both sides."""

import hashlib


def fold_of(group: str, folds: int) -> int:
    """The fold that a publisher belongs to."""
    return int(hashlib.sha256(group.encode()).hexdigest(), 16) % folds
