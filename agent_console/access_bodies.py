"""Bodies of the administration of people: users, one's own account, second factors, rules of the house."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta

from agent_console.bodies import Answer, Body, Id, Short

NewPassword = Annotated[str, Meta(min_length=1, max_length=1_000)]
RoleName = Literal["agent", "supervisor", "manager", "admin", "dpo"]
Version = Annotated[int, Meta(ge=1, le=2_000_000_000)]


class RoleTeam(Body, frozen=True, kw_only=True):
    """A role, and the queues it is for."""

    role: RoleName
    queue_ids: Annotated[tuple[Id, ...], Meta(max_length=500)] = ()


Teams = Annotated[tuple[RoleTeam, ...], Meta(max_length=5)]
"""None at all is refused as `roles`, like any other set of roles that no user can have."""


class NewUser(Body, frozen=True, kw_only=True):
    """Somebody who may sign in. Without a password they get an invitation."""

    login: Short
    name: Short
    teams: Teams
    password: NewPassword | None = None


class ChangedUser(Body, frozen=True, kw_only=True):
    """The user as it shall be; `version` is the one that was read."""

    login: Short
    name: Short
    teams: Teams
    disabled: bool
    version: Version


class FirstPassword(Body, frozen=True, kw_only=True):
    """A password that has to be changed at the first sign-in; without one there is an invitation."""

    password: NewPassword | None = None


class TeamView(Answer, frozen=True, kw_only=True):
    """A role of a user, and its queues."""

    role: str
    queue_ids: tuple[str, ...]


class UserView(Answer, frozen=True, kw_only=True):
    """A user. `sign_ins` are open now; `invited_until` is when the invitation ends that nobody has used yet."""

    id: str
    login: str
    name: str
    teams: tuple[TeamView, ...]
    disabled: bool
    must_change_password: bool
    invited_until: datetime | None
    second_factor: bool
    sign_ins: int
    version: int


class UserPage(Answer, frozen=True, kw_only=True):
    """Users, by login."""

    items: tuple[UserView, ...]
    next: str | None


class InvitationView(Answer, frozen=True, kw_only=True):
    """Shown once: the page `/welcome` of the console takes login and token."""

    login: str
    token: str
    ends_at: datetime


class InvitedUser(Answer, frozen=True, kw_only=True):
    """The new user, and the invitation unless a first password was given."""

    user: UserView
    invitation: InvitationView | None


class PasswordSet(Answer, frozen=True, kw_only=True):
    """It is set; `invitation` is there unless a first password was given."""

    invitation: InvitationView | None


class AccessRules(Body, frozen=True, kw_only=True):
    """Rules of the house: whose roles must have a second factor."""

    second_factor_roles: Annotated[tuple[RoleName, ...], Meta(max_length=5)]


class AccessRulesView(Answer, frozen=True, kw_only=True):
    """Rules of the house: whose roles must have a second factor."""

    second_factor_roles: tuple[str, ...]


class OwnPassword(Body, frozen=True, kw_only=True):
    """The old one, to prove who is there, and the new one."""

    old: NewPassword
    password: NewPassword


class SignInView(Answer, frozen=True, kw_only=True):
    """One of one's own sign-ins. `browser` is what it calls itself."""

    id: str
    since: datetime
    seen_at: datetime
    ends_at: datetime
    address: str
    browser: str
    here: bool


class SignInPage(Answer, frozen=True, kw_only=True):
    """One's own sign-ins, the one used last first."""

    items: tuple[SignInView, ...]
    next: str | None


class SecondFactorView(Answer, frozen=True, kw_only=True):
    """One's own second factor. `required`: the house demands it of one of one's roles."""

    on: bool
    required: bool
    recovery_codes_left: int


class NewSecondFactor(Answer, frozen=True, kw_only=True):
    """For the authenticator, shown once. `matrix` is the QR code: a row a text, 1 is dark."""

    secret: str
    uri: str
    matrix: tuple[str, ...]


class CodeGiven(Body, frozen=True, kw_only=True):
    """A code of the authenticator."""

    code: Annotated[str, Meta(min_length=1, max_length=40)]


class PasswordGiven(Body, frozen=True, kw_only=True):
    """One's password, to prove who is there."""

    password: NewPassword


class RecoveryCodes(Answer, frozen=True, kw_only=True):
    """Shown once; each is good for one sign-in."""

    codes: tuple[str, ...]


class AlertChoice(Body, frozen=True, kw_only=True):
    """Of each kind of news whether it is made heard."""

    offer: bool = True
    message: bool = True
    mention: bool = True
    reminder: bool = True


class Preferences(Body, frozen=True, kw_only=True):
    """What somebody chose for themselves: `undo_s` is how long a reply can be undone, `sounds` and `notifications`
    say what is heard and what the desktop is told, `log_columns` are the columns of the log in their order,
    `microphone` and `speaker` the names of what the browser phone uses (empty: what the system does)."""

    language: Literal["en", "ru", "tr"] | None = None
    theme: Literal["system", "light", "dark"] | None = None
    sound: bool | None = None
    undo_s: Annotated[int, Meta(ge=0, le=60)] | None = None
    sounds: AlertChoice | None = None
    notifications: AlertChoice | None = None
    notification_text: bool | None = None
    log_columns: (
        Annotated[tuple[Annotated[str, Meta(min_length=1, max_length=40)], ...], Meta(max_length=40)] | None
    ) = None
    microphone: Annotated[str, Meta(max_length=200)] | None = None
    speaker: Annotated[str, Meta(max_length=200)] | None = None


class PreferencesView(Answer, frozen=True, kw_only=True):
    """What somebody chose for themselves; null where nothing was chosen yet."""

    language: str | None
    theme: str | None
    sound: bool | None
    undo_s: int | None
    sounds: AlertChoice | None
    notifications: AlertChoice | None
    notification_text: bool | None
    log_columns: tuple[str, ...] | None
    microphone: str | None
    speaker: str | None
