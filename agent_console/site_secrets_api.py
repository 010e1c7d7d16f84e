"""Administering the secrets with which web sites vouch for their visitors."""

from typing import Annotated

from msgspec import Meta

from agent_console.bodies import Id
from agent_console.operations import Call, Operation, Operations
from agent_console.site_bodies import MadeSiteSecret, SiteSecretPage, SiteSecretView, TokenVerdict, TriedToken
from hub.desk.site_secrets import SiteSecrets
from hub.domain.access import Permission
from hub.domain.site_identity import SiteSecret, TokenRefused

_CONFIGURE = Permission.CONFIGURE
SiteKey = Annotated[str, Meta(min_length=1, max_length=64)]


def operations(*, secrets: SiteSecrets) -> list[Operation]:
    """What an administrator does with the secrets of sites."""
    made = Operations("sites")

    @made.op("GET", "/api/v1/floor/sites/{site_key}/secrets", _CONFIGURE, "Secrets of a site")
    async def list_site_secrets(call: Call, site_key: SiteKey) -> SiteSecretPage:
        """The newest first."""
        return SiteSecretPage(items=tuple(map(_view, await secrets.all(call.principal, site_key))))

    @made.op(
        "POST", "/api/v1/floor/sites/{site_key}/secrets", _CONFIGURE, "Make a secret of a site", status=201
    )
    async def add_site_secret(call: Call, site_key: SiteKey) -> MadeSiteSecret:
        """Both count until one is removed; 409 `two_secrets`. Not repeatable under a key: it is told nowhere else."""
        new = await secrets.make(call.principal, site_key, address=call.address)
        return MadeSiteSecret(secret=_view(new.secret), told=new.told)

    @made.op(
        "DELETE",
        "/api/v1/floor/sites/{site_key}/secrets/{secret_id}",
        _CONFIGURE,
        "Remove a secret of a site",
    )
    async def remove_site_secret(call: Call, site_key: SiteKey, secret_id: Id) -> None:
        """It counts no longer: whoever signed in with it on the site has to be vouched for again."""
        await secrets.remove(call.principal, site_key, secret_id, address=call.address)

    @made.op("POST", "/api/v1/floor/sites/{site_key}/tokens/check", _CONFIGURE, "Try an identity token")
    async def try_site_token(call: Call, site_key: SiteKey, body: TriedToken) -> TokenVerdict:
        """Nothing comes of it: no visitor is known by it."""
        try:
            user, secret = await secrets.tried(call.principal, site_key, body.token.strip())
        except TokenRefused as refused:
            return TokenVerdict(code=refused.stable_code, text=str(refused))
        return TokenVerdict(
            code="",
            text="",
            user=user.user,
            name=user.name,
            email=user.email,
            email_verified=user.email_verified,
            phone=user.phone,
            phone_verified=user.phone_verified,
            expires_at=user.expires_at,
            hint=secret.hint,
        )

    return list(made)


def _view(secret: SiteSecret) -> SiteSecretView:
    return SiteSecretView(
        id=secret.id,
        hint=secret.hint,
        created_at=secret.created_at,
        created_by=secret.created_by,
        used_at=secret.used_at,
    )
