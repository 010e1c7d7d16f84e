"""An address for answers proves its thread, fits into an address, and is read whatever the case it comes back in."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from hub.domain.mail_account import is_address
from hub.domain.subaddresses import subaddress, thread_of_subaddress, without_subaddress

KEY = b"k" * 32
THREADS = st.one_of(
    st.binary(min_size=20, max_size=20).map(bytes.hex),
    st.binary(min_size=16, max_size=16).map(lambda number: str(UUID(bytes=number))),
)


@given(THREADS, st.booleans())
def test_it_leads_back_to_its_thread(thread: str, capitals: bool) -> None:
    made = subaddress(KEY, "email:support", thread, "customer.care@hub.test")
    assert made is not None
    assert is_address(made)
    assert made == made.lower()
    back = made.upper() if capitals else made
    assert thread_of_subaddress(KEY, "email:support", back) == thread
    assert thread_of_subaddress(KEY, "email:sales", back) is None
    assert thread_of_subaddress(b"x" * 32, "email:support", back) is None
    assert without_subaddress(made) == "customer.care@hub.test"


@given(st.text(max_size=80))
def test_what_is_none_leads_nowhere(text: str) -> None:
    assert thread_of_subaddress(KEY, "email:support", text) is None


def test_a_name_too_long_and_a_thread_of_another_form_have_none() -> None:
    assert subaddress(KEY, "email:support", "0" * 40, "n" * 15 + "@hub.test") is not None
    assert subaddress(KEY, "email:support", "0" * 40, "n" * 16 + "@hub.test") is None
    assert subaddress(KEY, "email:support", "0" * 40, "ж" * 8 + "@hub.test") is None  # two octets each
    assert subaddress(KEY, "email:support", "thread-1", "support@hub.test") is None


def test_an_address_without_one_is_itself() -> None:
    for address in ("a@b.test", "+a@b.test", "", "a"):
        assert without_subaddress(address) == address
