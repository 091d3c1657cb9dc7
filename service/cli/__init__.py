"""The commands of the service; `chokepoint.py` mounts them."""
