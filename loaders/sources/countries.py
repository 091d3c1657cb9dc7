"""Country codes as the names that the graph uses."""

from functools import cache

import pycountry

from loaders.gazetteer.entries import read_data


@cache
def country_name(code: str) -> str | None:
    """Name of the country with this ISO 3166-1 code of two or three letters, in any case; None when there is none."""
    code = code.strip().upper()
    if len(code) == 3:
        found = pycountry.countries.get(alpha_3=code)
        code = "" if found is None else found.alpha_2
    row = _countries().get(code)
    return None if row is None else str(row["name"])


@cache
def _countries() -> dict[str, dict[str, str]]:
    return read_data("countries.yaml")
