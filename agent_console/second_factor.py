"""The second factor: set up with a QR code, confirmed with a code, asked for at the sign-in, taken away."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field

from hub.domain import totp
from hub.domain.access import Permission, Principal, Role
from hub.domain.audit import AuditAction, AuditDraft
from hub.domain.errors import Conflict, Invalid
from hub.domain.ids import TenantId, UserId
from hub.domain.users import User, user_roles
from hub.ports.access import AccessStore
from hub.ports.clock import Clock
from hub.ports.second_factor import SecondFactors

ISSUER = "Touchline"
RULES_KNOWN_FOR_S = 2.0
"""How long another node's change of the rules may take to be seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFactor:
    """What the authenticator needs; shown while it is set up, and never again."""

    secret: str = field(repr=False)
    uri: str = field(repr=False)


class TwoFactor:
    """One tenant's second factors. `random_bytes` is the machine's."""

    def __init__(
        self,
        *,
        factors: SecondFactors,
        store: AccessStore,
        clock: Clock,
        random_bytes: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self._factors = factors
        self._store = store
        self._clock = clock
        self._random = random_bytes
        self._rules: dict[TenantId, tuple[float, frozenset[Role]]] = {}

    # at the sign-in

    async def accepts(self, user: User, text: str) -> bool:
        """Whether this is a code of the user's now, or a recovery code; either is used up by it."""
        code = totp.normalised_code(text)
        if totp.is_recovery_code(code):
            used = totp.recovery_hash(code)
            return await self._factors.use_recovery_code(user.tenant_id, user.id, used, self._clock.now())
        step = await self._step(user.tenant_id, user.id, code)
        return step is not None and await self._factors.use_step(user.tenant_id, user.id, step)

    async def required_roles(self, tenant_id: TenantId) -> frozenset[Role]:
        """The roles whose users must have a second factor."""
        now_s = self._clock.monotonic()
        at_s, known = self._rules.get(tenant_id, (float("-inf"), frozenset()))
        if now_s - at_s >= RULES_KNOWN_FOR_S:
            known = await self._factors.second_factor_roles(tenant_id)
            self._rules[tenant_id] = (now_s, known)
        return known

    # one's own

    async def begin(self, principal: Principal) -> NewFactor:
        """A secret for the principal's authenticator; it counts once it is confirmed.

        Raises Conflict (`second_factor_is_on`).
        """
        secret = self._random(totp.SECRET_BYTES)
        await self._factors.put_factor(principal, secret, self._clock.now())
        uri = totp.key_uri(secret, issuer=ISSUER, login=principal.login)
        return NewFactor(secret=totp.base32(secret), uri=uri)

    async def confirm(self, principal: Principal, text: str) -> tuple[str, ...]:
        """The authenticator counts from now on; its recovery codes, to be shown once.

        Raises Invalid (`wrong_code`), or Conflict (`no_second_factor`) when none waits to be confirmed.
        """
        user_id = _user_of(principal)
        factor = await self._factors.find_factor(principal.tenant_id, user_id)
        if factor is None or factor.confirmed_at is not None:
            raise Conflict("nothing waits to be confirmed: begin anew", code="no_second_factor")
        step = totp.matching_step(
            factor.secret, totp.normalised_code(text), self._clock.now(), after=factor.last_step
        )
        if step is None:
            raise Invalid("this is not the code of now", field="code", code="wrong_code")
        codes, hashes = self._codes()
        draft = self._draft(principal, AuditAction.SET_SECOND_FACTOR, user_id)
        if not await self._factors.confirm_factor(principal, step, hashes, draft):
            raise Conflict("nothing waits to be confirmed: begin anew", code="no_second_factor")
        return codes

    async def renew_codes(self, principal: Principal) -> tuple[str, ...]:
        """New recovery codes; the old ones are worth nothing. Raises Conflict (`no_second_factor`)."""
        user_id = _user_of(principal)
        user = await self._store.find_user(principal, user_id)
        if not user.second_factor:
            raise Conflict("there is no second factor", code="no_second_factor")
        codes, hashes = self._codes()
        draft = self._draft(principal, AuditAction.NEW_RECOVERY_CODES, user_id)
        await self._factors.put_recovery_codes(principal, hashes, draft)
        return codes

    async def codes_left(self, principal: Principal) -> int:
        """How many recovery codes of the principal's are not used."""
        return await self._factors.count_recovery_codes(principal.tenant_id, _user_of(principal))

    async def drop_own(self, principal: Principal) -> None:
        """Take one's own away. Raises Conflict where the house requires one (`second_factor_required`)."""
        required = await self.required_roles(principal.tenant_id)
        if not principal.roles.isdisjoint(required):
            raise Conflict("your role must have a second factor", code="second_factor_required")
        user_id = _user_of(principal)
        draft = self._draft(principal, AuditAction.DROP_SECOND_FACTOR, user_id)
        await self._factors.drop_factor(principal, user_id, draft)

    # an administrator's

    async def reset(self, principal: Principal, user_id: UserId) -> None:
        """Take somebody's away, whose telephone is gone, and end their sign-ins. Raises NotFound."""
        principal.require(Permission.MANAGE_USERS)
        user = await self._store.find_user(principal, user_id)
        draft = self._draft(principal, AuditAction.DROP_SECOND_FACTOR, user.id)
        if await self._factors.drop_factor(principal, user.id, draft):
            ended = self._draft(principal, AuditAction.END_SIGN_INS, user.id)
            await self._store.end_sign_ins(principal, user.id, ended)

    async def require_for(self, principal: Principal, roles: frozenset[Role]) -> None:
        """Users of these roles must have a second factor: who has none can do nothing before setting it up."""
        principal.require(Permission.MANAGE_USERS)
        wanted = user_roles(roles) if roles else frozenset[Role]()
        draft = self._draft(principal, AuditAction.SET_ACCESS_RULES, None, ",".join(sorted(wanted)))
        await self._factors.put_second_factor_roles(principal, wanted, draft)
        self._rules.pop(principal.tenant_id, None)

    async def _step(self, tenant_id: TenantId, user_id: UserId, code: str) -> int | None:
        factor = await self._factors.find_factor(tenant_id, user_id)
        if factor is None or factor.confirmed_at is None or not totp.is_code(code):
            return None
        return totp.matching_step(factor.secret, code, self._clock.now(), after=factor.last_step)

    def _codes(self) -> tuple[tuple[str, ...], list[bytes]]:
        codes = totp.new_recovery_codes(self._random)
        return codes, [totp.recovery_hash(totp.normalised_code(code)) for code in codes]

    def _draft(
        self, principal: Principal, action: AuditAction, user_id: UserId | None, reason: str = ""
    ) -> AuditDraft:
        return AuditDraft(
            tenant_id=principal.tenant_id,
            at=self._clock.now(),
            actor_id=principal.user_id,
            actor=principal.name,
            action=action,
            object=user_id or "",
            reason=reason,
            address=principal.address,
        )


def _user_of(principal: Principal) -> UserId:
    assert principal.user_id is not None
    return principal.user_id
