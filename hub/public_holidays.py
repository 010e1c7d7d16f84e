"""Public holidays of countries and their regions, from the package `holidays`."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache


class Holidays:
    """`PublicHolidays` of hub/ports/hours.py. The package is loaded at the first question: most hubs ask none."""

    def countries(self) -> Mapping[str, tuple[str, ...]]:
        """See the port."""
        return _countries()

    def of_year(self, country: str, region: str, year: int, language: str = "") -> Mapping[date, str]:
        """See the port."""
        return _of_year(country, region, year, language)


@lru_cache(maxsize=1)
def _countries() -> Mapping[str, tuple[str, ...]]:
    import holidays

    found = holidays.list_supported_countries(include_aliases=False)
    return {country: tuple(regions) for country, regions in sorted(found.items())}


@lru_cache(maxsize=256)
def _of_year(country: str, region: str, year: int, language: str) -> Mapping[date, str]:
    if country not in _countries() or (region and region not in _countries()[country]):
        return {}
    import holidays

    spoken = _language_of(country, language)
    return dict(holidays.country_holidays(country, subdiv=region or None, years=year, language=spoken))


def _language_of(country: str, language: str) -> str | None:
    """The package's name of the language for that country; None: the country's own."""
    import holidays

    spoken = holidays.list_localized_countries(include_aliases=False).get(country, [])
    return next((tag for tag in spoken if language and tag.split("_")[0] == language), None)
