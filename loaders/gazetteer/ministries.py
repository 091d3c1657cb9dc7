"""The many ways to write a ministry or department, and the one name under which it is kept.

"China's commerce ministry", "Chinese Ministry of Commerce" and "Ministry of Commerce of China" are
"Ministry of Commerce (China)"; "United States Commerce Department" is "US Department of Commerce".
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from loaders.gazetteer.normalise import normalise

_COUNTRY_OF = re.compile(r".*\s(?:of|in)\s+(?:the\s+)?(?P<country>[^()]+)$|.*\((?P<bracketed>[^()]+)\)$")


@dataclass(frozen=True, slots=True)
class Ministry:
    """What a ministry's name says: its portfolio under its usual name, and its country where one is named."""

    portfolio: str
    country: str | None

    @property
    def name(self) -> str:
        """Name in the graph."""
        return f"Ministry of {self.portfolio}" + (f" ({self.country})" if self.country else "")


class MinistryNames:
    """Reads names of ministries and departments. `countries` maps normalised names and adjectives to country names."""

    def __init__(
        self,
        portfolios: Mapping[str, Sequence[str]],
        departments: Mapping[str, Sequence[str]],
        countries: Mapping[str, str],
    ) -> None:
        self._countries = countries
        self._portfolio: dict[str, str] = {}
        for name, forms in portfolios.items():
            for form in (name, *forms):
                self._portfolio.setdefault(normalise(form), name)
        self._us = {normalise(name).removeprefix("the "): name for name in departments.get("US", ())}

    def read(self, name: str) -> Ministry | None:
        """The ministry that `name` writes; None when it writes none."""
        if "ministry" not in normalise(name):
            return None
        country, rest = self._split_country(" ".join(name.split()))
        key = normalise(rest)
        if key.startswith(("ministry of ", "ministry for ")):
            portfolio = key.split(" ", 2)[2]
        elif key.endswith(" ministry"):
            portfolio = key.removesuffix(" ministry")
        else:
            return None
        portfolio = portfolio.removeprefix("the ")
        known = self._portfolio.get(portfolio)
        if known is None:
            if not rest[:1].isupper() or len(portfolio.split()) > 6:
                return None
            known = portfolio.title().replace(" And ", " and ")
        return Ministry(known, country)

    def department(self, name: str) -> str | None:
        """Name in the graph of a United States department; None when `name` writes none, or leaves the country open."""
        if "department" not in normalise(name):
            return None
        country, rest = self._split_country(" ".join(name.split()))
        key = normalise(rest)
        if key.startswith("department of "):
            portfolio = key.removeprefix("department of ").removeprefix("the ")
        elif key.endswith(" department"):
            portfolio = key.removesuffix(" department")
        else:
            return None
        if country not in (None, "United States") or portfolio not in self._us or not rest[:1].isupper():
            return None
        return f"US Department of {self._us[portfolio]}"

    def _split_country(self, name: str) -> tuple[str | None, str]:
        if match := _COUNTRY_OF.match(name):
            group = "country" if match["country"] else "bracketed"
            country = self._countries.get(normalise(match[group]))
            if country is not None:
                return country, re.sub(r"\s+(?:of|in)(?:\s+the)?\s*$|\s*\($", "", name[: match.start(group)])
        words = re.sub(r"^[Tt]he\s+", "", name).split(" ")
        for length in (3, 2, 1):
            if len(words) > length:
                country = self._countries.get(normalise(" ".join(words[:length])))
                if country is not None:
                    return country, " ".join(words[length:])
        return None, name
