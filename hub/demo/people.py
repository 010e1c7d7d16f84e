"""The clients of the demo: persons with their addresses, some of them with an organization and a tier."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.domain.ids import DEFAULT_TENANT, IdentityId, OrganizationId, PersonId
from hub.domain.person import Identity, IdentityKind, Organization, Person, Tier, normalised
from hub.ids import new_id
from hub.simulator.names import NAMES, mail_address

ORGANIZATIONS = {
    "en": ("Harbour & Finch Ltd", "Mill Lane Studio", "Northgate Clinics"),
    "ru": ("ООО «Северный ветер»", "Кофейня «Утро»", "Школа «Радуга»"),
    "tr": ("Işık Mobilya Ltd. Şti.", "Çınar Otel", "Deniz Mimarlık"),
}

# numbers that cannot be anybody's: kept for drama in the United Kingdom, never assigned in the two others
_PHONES = {"en": "+4477009000{:02}", "ru": "+74950000{:03}", "tr": "+902120000{:03}"}
_SHOWN = {"en": "+44 7700 900 0{:02}", "ru": "+7 495 000-0{:03}", "tr": "+90 212 000 0{:03}"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A person with their addresses; `visitor` is the name of their web-chat thread."""

    person: Person
    identities: tuple[Identity, ...]
    visitor: str


def demo_organizations() -> dict[str, list[Organization]]:
    """The organizations, by language."""
    return {
        language: [
            Organization(id=OrganizationId(new_id()), tenant_id=DEFAULT_TENANT, name=name) for name in names
        ]
        for language, names in ORGANIZATIONS.items()
    }


def demo_clients(
    rng: random.Random, organizations: dict[str, list[Organization]], now: datetime
) -> list[Client]:
    """Everybody of `NAMES`, met within the last half year."""
    return [
        _client(rng, language, number, name, organizations[language], now)
        for language, names in NAMES.items()
        for number, name in enumerate(names)
    ]


def _client(
    rng: random.Random,
    language: str,
    number: int,
    name: str,
    organizations: list[Organization],
    now: datetime,
) -> Client:
    met_at = now - timedelta(days=rng.uniform(50, 180))
    person = Person(
        id=PersonId(new_id()),
        tenant_id=DEFAULT_TENANT,
        name=name,
        language=language,
        tier=rng.choices(tuple(Tier), weights=(70, 20, 10))[0],
        organization_id=rng.choice(organizations).id if rng.random() < 0.4 else None,
        created_at=met_at,
    )
    visitor = new_id()
    addresses = [
        (IdentityKind.EMAIL, mail_address(name), ""),
        (IdentityKind.PHONE, _PHONES[language].format(number), _SHOWN[language].format(number)),
        (IdentityKind.WEBCHAT, visitor, ""),
    ]
    identities = tuple(
        Identity(
            id=IdentityId(new_id()),
            tenant_id=DEFAULT_TENANT,
            person_id=person.id,
            kind=kind,
            value=normalised(kind, value),
            display=display,
            created_at=met_at,
        )
        for kind, value, display in addresses
    )
    return Client(person=person, identities=identities, visitor=visitor)
