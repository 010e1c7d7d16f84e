"""A trunk is tried without changing anything there."""

from hub.channels.sip.message import Request, Response, response_to
from hub.channels.sip.refusal import Field
from hub.channels.sip.trunk import Trunk
from hub.channels.sip.trunk_probe import Outcome, Tried, tried
from hub.channels.sip.trunk_settings import TrunkSettings
from tests.unit.channels.sip.test_trunk_link import CHALLENGE, Carrier, FakeAsks, accepting


async def probe(carrier: Carrier, *, is_there: bool = True, **more: object) -> tuple[Tried, list[Request]]:
    settings = TrunkSettings.model_validate(
        {"name": "carrier", "domain": "carrier.test", "username": "4711", "password": "s", **more}
    )
    asks = FakeAsks(carrier)
    asks.is_there = is_there
    return await tried(Trunk(settings), asks, lambda: "token"), asks.sent


async def test_a_right_password_is_proved_without_a_contact() -> None:
    found, sent = await probe(accepting)
    assert (found.outcome, found.status) == (Outcome.GOOD, 200)
    assert [one.method for one in sent] == ["REGISTER", "REGISTER"]
    assert all(one.one("contact") is None and one.one("expires") is None for one in sent)


async def test_a_wrong_password_is_said() -> None:
    found, sent = await probe(lambda request: response_to(request.fields, 401, adding=(CHALLENGE,)))
    assert (found.outcome, found.status) == (Outcome.PASSWORD, 401)
    assert len(sent) == 2


async def test_an_unknown_user_and_a_refusal_are_told_apart() -> None:
    assert (await probe(lambda request: response_to(request.fields, 404)))[0].outcome is Outcome.PASSWORD
    assert (await probe(lambda request: response_to(request.fields, 503)))[0].outcome is Outcome.REFUSED


async def test_a_challenge_that_nobody_can_answer_is_no_password_of_ours() -> None:
    def odd(request: Request) -> Response:
        value = 'Digest realm="x", nonce="n", algorithm=SCRYPT'
        return response_to(request.fields, 401, adding=(Field("WWW-Authenticate", value),))

    found, sent = await probe(odd)
    assert found.outcome is Outcome.PASSWORD
    assert len(sent) == 1


async def test_a_trunk_by_address_is_there_when_it_answers_anything() -> None:
    found, sent = await probe(lambda request: response_to(request.fields, 405), registers=False)
    assert (found.outcome, found.status) == (Outcome.GOOD, 405)
    assert sent[0].method == "OPTIONS"


async def test_nobody_there() -> None:
    assert (await probe(lambda _: None))[0].outcome is Outcome.SILENT
    assert (await probe(accepting, is_there=False))[0].outcome is Outcome.NO_NAME
