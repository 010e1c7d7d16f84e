"""A token proves that we wrote to that thread of that account, and nothing else does."""

from hub.domain.mail import message_token, thread_of_token, touch_of_token
from hub.domain.mail_account import is_address

KEY = b"k" * 32
TOKEN = message_token(KEY, "email:support", "t-1", "touch-1")


def test_the_token_leads_back_to_its_thread_and_touch() -> None:
    said = f"<{TOKEN}@hub.test>"
    assert thread_of_token(KEY, "email:support", said) == "t-1"
    assert touch_of_token(KEY, "email:support", said) == "touch-1"
    assert message_token(KEY, "email:support", "t-1", "touch-1") == TOKEN


def test_a_forged_one_leads_nowhere() -> None:
    forged = [
        TOKEN[:-1] + ("0" if TOKEN[-1] != "0" else "1"),
        TOKEN.replace("t-1", "t-2"),
        TOKEN.replace("touch-1", "touch-2"),
        TOKEN.upper(),
        TOKEN[:-32],
        "tl.t-1.touch-1." + "0" * 32,
        "tl." * 5_000,
        "",
    ]
    assert [thread_of_token(KEY, "email:support", f"<{one}@hub.test>") for one in forged] == [None] * len(
        forged
    )
    assert thread_of_token(KEY, "email:sales", TOKEN) is None
    assert thread_of_token(b"x" * 32, "email:support", TOKEN) is None


def test_a_genuine_one_is_found_among_others() -> None:
    among = f"<{TOKEN[:-1]}x@hub.test> <other@example.test> <{TOKEN}@hub.test>"
    assert thread_of_token(KEY, "email:support", among) == "t-1"


def test_which_text_is_an_address() -> None:
    good = ["a@b.test", "a.b+c@d-e.test", "юзер@пример.test", "o'hara@x.test", "support@localhost"]
    bad = ["", "a", "@b", "a@", "a@@b", "a b@c.test", "a@b@c.test", "a@-b.test", ".a@b.test", "a..b@c.test",
           "a@b.test.", "a\n@b.test", "<a@b.test>", '"a"@b.test', "a@b,c", "x" * 65 + "@b.test"]  # fmt: skip
    assert [is_address(one) for one in good] == [True] * len(good)
    assert [is_address(one) for one in bad] == [False] * len(bad)
