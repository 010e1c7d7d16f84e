"""What a mail server does at each stage decides whether a letter is sent again, never, or by a person's word."""

import asyncio
from dataclasses import replace

import pytest
from aiosmtplib.protocol import PERIOD_REGEX, normalize_message_line_endings
from hypothesis import given
from hypothesis import strategies as st

from hub.channels.email import smtp
from hub.channels.email.composing import Composed
from hub.channels.email.signing_in import SignsIn
from hub.channels.email.smtp import dot_stuffed, handed_over, tried_out
from hub.domain.errors import ChannelRefused, ChannelUnavailable, ChannelUncertain
from hub.domain.mail_account import MailServer, MailSignIn, Security
from tests.ports import free_port
from tests.servers.smtp import Fault, SmtpLookAlike

LETTER = Composed(
    message_id="m1@hub.test",
    envelope_from="support@hub.test",
    recipients=("client@example.test", "second@example.test"),
    raw=b"Subject: x\r\n\r\n" + b"line\r\n.dot\r\n" * 50,
)
PASSWORD = SignsIn(password="secret")


def at(look_alike: SmtpLookAlike, sign_in: MailSignIn = MailSignIn.PASSWORD) -> MailServer:
    return MailServer(
        host="127.0.0.1", port=look_alike.port, security=Security.NONE, sign_in=sign_in, username="support"
    )


async def test_a_letter_arrives_as_it_was_composed() -> None:
    async with SmtpLookAlike(password="secret") as server:
        assert await handed_over(at(server), PASSWORD, LETTER) == ()

    (got,) = server.got
    assert (got.envelope_from, got.recipients, got.raw) == (
        "support@hub.test",
        LETTER.recipients,
        LETTER.raw,
    )


@pytest.mark.parametrize(
    ("passes_on", "knows_none", "wanted", "asked"),
    [
        (True, False, "tl.t1.0f", "ENVID=tl.t1.0f"),
        (True, False, "", ""),
        (False, False, "tl.t1.0f", ""),
        (True, True, "tl.t1.0f", ""),
    ],
)
async def test_the_envelope_has_its_id_where_the_server_passes_it_on(
    passes_on: bool, knows_none: bool, wanted: str, asked: str
) -> None:
    async with SmtpLookAlike(password="secret", passes_on=passes_on, knows_none=knows_none) as server:
        assert await handed_over(at(server), PASSWORD, replace(LETTER, envelope_id=wanted)) == ()
        (got,) = server.got
        assert (got.envelope_from, got.parameters, got.recipients) == (
            "support@hub.test",
            asked,
            LETTER.recipients,
        )


async def test_a_token_signs_in() -> None:
    async def token() -> str:
        return "t1"

    async with SmtpLookAlike(token="t1") as server:
        await handed_over(at(server, MailSignIn.OAUTH), SignsIn(token=token), LETTER)
        assert len(server.got) == 1


async def test_a_server_of_this_house_may_ask_for_nothing() -> None:
    async with SmtpLookAlike() as server:
        await handed_over(at(server, MailSignIn.NONE), SignsIn(), replace(LETTER, envelope_from=""))
        assert server.got[0].envelope_from == ""


async def test_a_wrong_password_waits_for_a_better_one() -> None:
    async with SmtpLookAlike(password="other") as server:
        with pytest.raises(ChannelUnavailable) as refused:
            await handed_over(at(server), PASSWORD, LETTER)
        assert refused.value.stable_code == "sign_in_refused"
        with pytest.raises(ChannelUnavailable):
            await tried_out(at(server), PASSWORD)
        assert not server.got


async def test_a_wrong_password_is_shown_once_and_another_way_taken_where_one_is_not() -> None:
    async with SmtpLookAlike(password="better") as server:
        with pytest.raises(ChannelUnavailable):
            await tried_out(at(server), PASSWORD)
        assert server.tried == ["PLAIN"]
    async with SmtpLookAlike(password="secret", signs_in_by=("LOGIN",)) as server:
        await tried_out(at(server), PASSWORD)
        assert server.tried == ["PLAIN", "LOGIN"]
    async with SmtpLookAlike(password="secret", signs_in_by=()) as server:
        with pytest.raises(ChannelUnavailable):
            await tried_out(at(server), PASSWORD)
        assert server.tried == ["PLAIN", "LOGIN"]


async def test_who_is_not_taken_is_told_and_the_others_have_it() -> None:
    async with SmtpLookAlike(password="secret", refused=frozenset({"second@example.test"})) as server:
        assert await handed_over(at(server), PASSWORD, LETTER) == ("second@example.test",)
        assert server.got[0].recipients == ("client@example.test",)
    async with SmtpLookAlike(password="secret", refused=frozenset(LETTER.recipients)) as server:
        with pytest.raises(ChannelRefused):
            await handed_over(at(server), PASSWORD, LETTER)


BEFORE_THE_LETTER = ["connect", "ehlo", "auth", "mail", "rcpt", "data"]


@pytest.mark.parametrize("stage", BEFORE_THE_LETTER)
@pytest.mark.parametrize("code", [0, 421, 451])
async def test_before_the_letter_is_on_its_way_it_was_surely_not_taken(stage: str, code: int) -> None:
    async with SmtpLookAlike(fault_of=lambda: Fault(stage, code), password="secret") as server:
        with pytest.raises(ChannelUnavailable):
            await handed_over(at(server), PASSWORD, LETTER)
        assert not server.got


@pytest.mark.parametrize("stage", ["mail", "rcpt", "data", "end"])
@pytest.mark.parametrize("code", [550, 554])
async def test_a_refusal_for_good_is_one(stage: str, code: int) -> None:
    async with SmtpLookAlike(fault_of=lambda: Fault(stage, code), password="secret") as server:
        with pytest.raises(ChannelRefused):
            await handed_over(at(server), PASSWORD, LETTER)
        assert not server.got


@pytest.mark.parametrize(
    ("stage", "code", "word"),
    [
        ("connect", 554, "mail_server_unreachable"),
        ("ehlo", 550, "mail_server_unreachable"),
        ("auth", 534, "sign_in_refused"),
        ("auth", 550, "sign_in_refused"),
        ("mail", 530, "sign_in_refused"),
    ],
)
async def test_a_letter_waits_while_it_is_the_account_that_is_refused(
    stage: str, code: int, word: str
) -> None:
    async with SmtpLookAlike(fault_of=lambda: Fault(stage, code), password="secret") as server:
        with pytest.raises(ChannelUnavailable) as refused:
            await handed_over(at(server), PASSWORD, LETTER)
        assert (refused.value.stable_code, refused.value.retry_after_s) == (word, 60.0)
        assert not server.got


@pytest.mark.parametrize("code", [421, 451, 452])
async def test_a_server_that_says_later_at_the_end_did_not_take_it(code: int) -> None:
    async with SmtpLookAlike(fault_of=lambda: Fault("end", code), password="secret") as server:
        with pytest.raises(ChannelUnavailable):
            await handed_over(at(server), PASSWORD, LETTER)


@pytest.mark.parametrize("fault", [Fault("content"), Fault("end"), Fault("end", taken=True)])
async def test_once_the_letter_is_on_its_way_only_the_server_knows(fault: Fault) -> None:
    async with SmtpLookAlike(fault_of=lambda: fault, password="secret") as server:
        with pytest.raises(ChannelUncertain):
            await handed_over(at(server), PASSWORD, LETTER)
        assert len(server.got) == (1 if fault.taken else 0)


async def test_a_connection_lost_after_the_servers_word_is_no_loss() -> None:
    async with SmtpLookAlike(fault_of=lambda: Fault("quit"), password="secret") as server:
        await handed_over(at(server), PASSWORD, LETTER)
        assert server.got[0].acknowledged


@pytest.mark.parametrize(
    ("stage", "outcome"),
    [("rcpt", ChannelUnavailable), ("data", ChannelUnavailable), ("end", ChannelUncertain)],
)
async def test_a_server_that_takes_too_long(
    stage: str, outcome: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "WITHIN_S", 0.5)
    fault = Fault(stage, 250, delay_s=5.0, taken=True)
    async with SmtpLookAlike(fault_of=lambda: fault, password="secret") as server:
        with pytest.raises(outcome):
            await handed_over(at(server), PASSWORD, LETTER)


@pytest.mark.parametrize("said", [b"what?\r\n", b"9" * 9000 + b"\r\n", b"354 go on\r\n", b"\xff\xfe\r\n"])
async def test_an_answer_to_the_letter_that_is_none_says_nothing_of_its_fate(said: bytes) -> None:
    """Taken for "not there", it would be sent again to a server that may have it."""
    async with SmtpLookAlike(password="secret", says_at_end=said) as server:
        with pytest.raises(ChannelUncertain):
            await handed_over(at(server), PASSWORD, LETTER)
        assert len(server.got) == 1


async def test_any_word_that_it_was_taken_is_one() -> None:
    async with SmtpLookAlike(password="secret", says_at_end=b"251 kept\r\n") as server:
        assert await handed_over(at(server), PASSWORD, LETTER) == ()


async def test_a_letter_that_was_taken_is_sent_though_the_time_ends_with_the_goodbye(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(smtp, "WITHIN_S", 0.5)
    fault = Fault("quit", delay_s=5.0)
    async with SmtpLookAlike(
        fault_of=lambda: fault, password="secret", refused=frozenset({"second@example.test"})
    ) as server:
        assert await handed_over(at(server), PASSWORD, LETTER) == ("second@example.test",)


async def test_a_server_that_is_not_there() -> None:
    server = MailServer(host="127.0.0.1", port=free_port(), security=Security.NONE, username="x")
    with pytest.raises(ChannelUnavailable):
        await handed_over(server, PASSWORD, LETTER)


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
async def test_a_password_is_never_shown_over_an_open_line(security: Security) -> None:
    async with SmtpLookAlike(password="secret") as server:
        with pytest.raises(ChannelUnavailable):
            await handed_over(replace(at(server), security=security), PASSWORD, LETTER)
        assert not server.got


async def test_trying_out_sends_nothing() -> None:
    async with SmtpLookAlike(password="secret") as server:
        told = await tried_out(at(server), PASSWORD)
        assert (told.code, told.values["quote"]) == ("server_answers", told.text)
        assert told.text.startswith("250")
        assert not server.got


async def test_a_letter_larger_than_the_server_takes_is_refused_before_it_is_on_its_way() -> None:
    heard: list[int] = []
    async with SmtpLookAlike(password="secret", size="SIZE 100") as server:
        with pytest.raises(ChannelRefused) as refused:
            await handed_over(at(server), PASSWORD, LETTER, takes=heard.append)
    assert refused.value.stable_code == "letter_too_large"
    assert str(refused.value) == f"the letter has {len(LETTER.raw)} bytes, the mail server takes 100"
    assert (heard, server.got) == ([100], [])


@pytest.mark.parametrize("said", ["SIZE", "SIZE 0", "SIZE many", "SIZE " + "9" * 40])
async def test_a_server_that_names_no_size_takes_any(said: str) -> None:
    heard: list[int] = []
    async with SmtpLookAlike(password="secret", size=said) as server:
        await handed_over(at(server), PASSWORD, LETTER, takes=heard.append)
    assert (heard, len(server.got)) == ([0], 1)


@given(st.lists(st.sampled_from([b".", b"..", b"\r\n", b"\n", b"\r", b"a", b" "]), max_size=30).map(b"".join))
def test_what_goes_over_the_wire_is_what_the_library_would_send(raw: bytes) -> None:
    expected = PERIOD_REGEX.sub(b"..", normalize_message_line_endings(raw)) + b".\r\n"
    assert dot_stuffed(raw) == expected


async def test_why_an_account_does_not_work_says_what_to_look_at() -> None:
    async with SmtpLookAlike(password="other") as server:
        with pytest.raises(ChannelUnavailable, match=r"refuses our user or password: “535 "):
            await tried_out(at(server), PASSWORD)
        with pytest.raises(ChannelUnavailable, match=r"does not offer what the account asks for.*STARTTLS"):
            await tried_out(replace(at(server), security=Security.STARTTLS), PASSWORD)


async def test_a_mailbox_at_the_port_for_sending_is_said_to_be_none() -> None:
    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"* OK [CAPABILITY IMAP4rev1] ready\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(greet, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        there = MailServer(host="127.0.0.1", port=port, security=Security.NONE, username="support")
        with pytest.raises(ChannelUnavailable, match=rf"127.0.0.1:{port} is no server for sending"):
            await tried_out(there, PASSWORD)
