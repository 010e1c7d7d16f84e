"""Whose an address is."""

from dataclasses import replace

from hub.channels.email.accounts import Accounts, Opened
from hub.domain.ids import MailAccountId
from hub.domain.mail_account import MailAccount, MailSecrets
from tests.fakes.mailroom import ACCOUNT


def accounts(*some: MailAccount) -> Accounts:
    async def no_token(url: str, form: object) -> dict[str, object]:
        raise AssertionError((url, form))

    made = Accounts(None, ACCOUNT.tenant_id, ask_for_token=no_token, changed=lambda: None)  # type: ignore[arg-type]
    made._by_id = {one.id: Opened(account=one, secrets=MailSecrets()) for one in some}
    return made


VIP = replace(ACCOUNT, id=MailAccountId("a2"), name="vip", address="support+vip@hub.test")


def test_who_has_the_address_as_it_is_written_comes_first() -> None:
    for some in ((ACCOUNT, VIP), (VIP, ACCOUNT)):
        found = accounts(*some)
        assert found.at_address("Support+VIP@hub.test") == VIP
        assert found.at_address("support+x@hub.test") == ACCOUNT
        assert found.at_address("support@hub.test") == ACCOUNT


def test_an_account_that_is_disabled_is_not_one_that_is_not_there() -> None:
    off = replace(VIP, enabled=False)
    found = accounts(ACCOUNT, off)
    assert found.at_address(off.address) is None
    assert found.is_off_at(off.address)
    assert not found.is_off_at("support@hub.test")
    assert not found.is_off_at("nobody@hub.test")
    again = replace(off, id=MailAccountId("a3"), enabled=True)
    assert accounts(off, again).at_address(off.address) == again


def test_the_addresses_of_all_accounts_are_ours_with_whatever_is_added() -> None:
    found = accounts(ACCOUNT, replace(VIP, enabled=False))
    for address in (ACCOUNT.address, "support+x@hub.test", "Support+VIP@hub.test"):
        assert found.is_ours(address)
    assert not found.is_ours("client@hub.test")
