"""Addresses of clients and services."""

import ipaddress


def is_loopback(address: str) -> bool:
    """Whether an address or name is of this machine alone."""
    if address == "localhost":
        return True
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return (mapped or found).is_loopback
