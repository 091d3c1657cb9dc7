"""What everything with an id has in common."""

import strawberry


@strawberry.interface(description="Everything that can be asked for again by its id.")
class Node:
    """The Relay node: ids are readable and unique over all types."""

    id: strawberry.ID = strawberry.field(description="Stays the same from load to load.")
