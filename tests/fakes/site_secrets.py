"""Secrets of web sites, and who hears of whom they vouch for, in memory."""

from collections.abc import Sequence
from datetime import UTC, datetime

from hub.domain.errors import Unavailable
from hub.domain.ids import DEFAULT_TENANT, TenantId
from hub.domain.site_identity import SiteSecret, hint_of
from hub.domain.touch import Claim


class FakeSiteSecrets:
    """`hub.ports.visitors.SiteSecretStore`. `used` are the ids of those that were noted; `lost`: nobody can open them
    any more."""

    def __init__(self) -> None:
        self.held: list[SiteSecret] = []
        self.used: list[tuple[str, datetime]] = []
        self.lost = False

    def add(self, site_key: str, told: str, *, used_at: datetime | None = None) -> SiteSecret:
        """A secret of a site."""
        secret = SiteSecret(
            id=f"secret-{len(self.held) + 1}",
            tenant_id=DEFAULT_TENANT,
            site_key=site_key,
            secret=told,
            hint=hint_of(told),
            created_at=datetime(2026, 3, 1, tzinfo=UTC),
            created_by="Ada",
            used_at=used_at,
        )
        self.held.append(secret)
        return secret

    async def secrets(self, site_key: str) -> list[SiteSecret]:
        if self.lost:
            raise Unavailable("sealed with another key", code="wrong_secret_key")
        return [one for one in self.held if one.site_key == site_key]

    async def secret_ids(self, site_key: str) -> frozenset[str]:
        return frozenset(one.id for one in self.held if one.site_key == site_key)

    async def note_used(self, secret_id: str, at: datetime) -> None:
        self.used.append((secret_id, at))


class FakeSignsIn:
    """`hub.ports.uniting.SignsIn`: `told` is what it heard. While `down` nothing can be written."""

    def __init__(self) -> None:
        self.told: list[tuple[TenantId, str, tuple[Claim, ...]]] = []
        self.down = False

    async def signed_in(self, tenant_id: TenantId, visitor_id: str, claims: Sequence[Claim]) -> bool:
        if self.down:
            raise Unavailable("not now")
        self.told.append((tenant_id, visitor_id, tuple(claims)))
        return False
