"""Who hears and erases recordings, what the audit log says of it, and how long they are kept."""

from dataclasses import replace
from pathlib import Path

import pytest

from crm_store.recordings import SqlRecordingReads
from hub.desk.recordings import HEARING, Recordings
from hub.desk.recordings_kept import KeepingTime
from hub.domain.access import Principal, Role
from hub.domain.agent import Agent
from hub.domain.errors import Conflict, Forbidden, HubError, NotFound, Unavailable
from hub.domain.ids import InteractionId, QueueId
from hub.domain.queue import QueueRules, VoiceRules
from hub.domain.recording import Erased, Recording, RecordingKind
from hub.ids import new_id
from tests.contracts.made_recordings import WAV_HEAD, Studio, heard, whole
from tests.stores import House

DAY_S = 86_400.0


class Archive:
    """A recorded call that Anna served, and what people do with its recording."""

    def __init__(self, house: House, studio: Studio, anna: Agent) -> None:
        self.house = house
        self.studio = studio
        self.anna = house.as_(anna)
        self.boris = self.anna
        self.desk = self.with_agents(listen=True)

    def with_agents(self, *, listen: bool) -> Recordings:
        studio = self.studio
        reads = SqlRecordingReads(self.house.store)
        return Recordings(reads, studio.rows, studio.vault, self.house.clock, agents_listen=listen)

    async def heard_by(self, who: Principal, recording: Recording, desk: Recordings | None = None) -> bytes:
        _, sound = await (desk or self.desk).hear(who, recording.id)
        return b"".join([piece async for piece in sound.read(0, sound.size_bytes)])

    async def audited(self) -> list[tuple[str, str, str]]:
        """(action, actor, result), the oldest first."""
        rows = await self.house.rows(
            "SELECT action, actor, result FROM audit_log WHERE tenant_id = $1 ORDER BY number",
            self.house.tenant_id,
        )
        return [(r[0], r[1], r[2]) for r in rows if "recording" in r[0]]

    def supervisor(self) -> Principal:
        return self.house.somebody(Role.SUPERVISOR, self.house.queue.id)


@pytest.fixture
async def archive(house: House, tmp_path: Path) -> Archive:
    anna = await house.hire("Anna")
    item = await house.given(anna, new_id())
    studio = Studio(house, tmp_path / "recordings")
    studio.interaction_id = item.interaction_id
    made = Archive(house, studio, anna)
    made.boris = house.as_(await house.hire("Boris"))
    return made


# — hearing —————————————————————————————————————————————————————————————————————————————————————


async def test_whoever_served_the_call_their_supervisor_the_manager_and_the_dpo_hear_it(
    archive: Archive,
) -> None:
    recording = await archive.studio.recorded()
    people = [
        archive.anna,
        archive.supervisor(),
        archive.house.somebody(Role.MANAGER),
        archive.house.somebody(Role.DPO),
    ]
    for who in people:
        assert (await archive.heard_by(who, recording))[WAV_HEAD:] == heard(3)
    assert await archive.audited() == [("listen_recording", who.name, "done") for who in people]


async def test_nobody_else_does_and_it_is_written_down(archive: Archive) -> None:
    recording = await archive.studio.recorded()
    other = archive.house.somebody(Role.SUPERVISOR, QueueId(new_id()))
    stranger = replace(archive.house.somebody(Role.MANAGER), tenant_id=archive.house.tenant_id[::-1])  # type: ignore[arg-type]
    for who, error in (
        (archive.boris, NotFound),
        (other, NotFound),
        (stranger, NotFound),
        (archive.house.somebody(Role.ADMIN), Forbidden),
    ):
        with pytest.raises(error):
            await archive.heard_by(who, recording)
        with pytest.raises(error):
            await archive.desk.picture(who, recording.id)
    assert await archive.audited() == [
        *[("listen_recording", "Boris", "denied")] * 2,
        *[("listen_recording", other.name, "denied")] * 2,
    ]


async def test_a_house_may_keep_recordings_from_its_agents_but_not_from_an_agent_who_is_a_supervisor_too(
    archive: Archive,
) -> None:
    recording = await archive.studio.recorded()
    desk = archive.with_agents(listen=False)
    with pytest.raises(Forbidden):
        await archive.heard_by(archive.anna, recording, desk)
    (found,) = await desk.of_interaction(archive.anna, archive.studio.interaction_id)
    assert not found.may_listen

    both = replace(archive.anna, roles=frozenset({Role.AGENT, Role.SUPERVISOR}))
    assert await archive.heard_by(both, recording, desk)
    (found,) = await desk.of_interaction(both, archive.studio.interaction_id)
    assert found.may_listen


async def test_a_message_is_left_for_the_agents_and_they_hear_it_whatever_the_house_says_of_calls(
    archive: Archive,
) -> None:
    message = await archive.studio.recorded(kind=RecordingKind.MESSAGE)
    assert (await archive.studio.row(message)).kind is RecordingKind.MESSAGE
    desk = archive.with_agents(listen=False)
    assert (await archive.heard_by(archive.anna, message, desk))[WAV_HEAD:] == heard(3)
    (found,) = await desk.of_interaction(archive.anna, archive.studio.interaction_id)
    assert found.may_listen
    with pytest.raises(NotFound):
        await archive.heard_by(archive.boris, message, desk)
    assert await archive.audited() == [
        ("listen_recording", archive.anna.name, "done"),
        ("listen_recording", "Boris", "denied"),
    ]


async def test_a_player_that_asks_for_many_pieces_is_one_hearing(archive: Archive) -> None:
    recording = await archive.studio.recorded()
    for _ in range(5):
        await archive.heard_by(archive.anna, recording)
    archive.house.clock.advance(HEARING.total_seconds() + 1)
    await archive.heard_by(archive.anna, recording)
    await archive.heard_by(archive.supervisor(), recording)
    assert await archive.audited() == [
        ("listen_recording", "Anna", "done"),
        ("listen_recording", "Anna", "done"),
        ("listen_recording", "Supervisor", "done"),
    ]


async def test_what_cannot_be_written_into_the_audit_log_is_not_heard(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def down(*_: object) -> None:
        raise Unavailable("the store cannot write now")

    recording = await archive.studio.recorded()
    monkeypatch.setattr(archive.desk._reads, "note", down)
    with pytest.raises(Unavailable):
        await archive.desk.hear(archive.anna, recording.id)


async def test_of_a_conversation_one_sees_what_there_is_and_what_one_may(archive: Archive) -> None:
    recording = await archive.studio.recorded()
    running = await archive.studio.begin()
    of = archive.studio.interaction_id

    async def may(who: Principal) -> list[tuple[bool, bool]]:
        return [(f.may_listen, f.may_erase) for f in await archive.desk.of_interaction(who, of)]

    assert [f.recording.id for f in await archive.desk.of_interaction(archive.anna, of)] == [
        recording.id,
        running.id,
    ]
    assert await may(archive.anna) == [(True, False), (False, False)]
    assert await may(archive.house.somebody(Role.DPO)) == [(True, True), (False, False)]
    with pytest.raises(NotFound):
        await archive.desk.of_interaction(archive.boris, of)
    with pytest.raises(NotFound):
        await archive.desk.hear(archive.anna, running.id)
    with pytest.raises(NotFound):
        await archive.desk.of_interaction(archive.anna, InteractionId(new_id()))
    await running.discard()


# — erasing —————————————————————————————————————————————————————————————————————————————————————


async def test_an_erased_one_leaves_when_and_by_whom_and_nothing_of_what_was_said(archive: Archive) -> None:
    recording = await archive.studio.recorded()
    dora = replace(archive.house.somebody(Role.DPO), name="Dora")
    copy = archive.studio.files()[0].read_bytes()
    await archive.desk.erase(dora, recording.id)

    assert archive.studio.files() == []
    row = await archive.studio.row(recording)
    assert (row.erased_at, row.erased, row.erased_by) == (archive.house.clock.now(), Erased.ASKED, "Dora")
    assert (row.key, row.file_gone) == (None, True)
    assert row.sound is not None
    assert row.sound.peaks == (b"", b"")
    assert await archive.audited() == [("erase_recording", "Dora", "done")]

    archive.studio.folder.joinpath("restored").write_bytes(copy)  # a file without its key says nothing
    for act in (archive.desk.hear, archive.desk.picture, archive.desk.erase):
        with pytest.raises(Conflict) as refused:
            await act(dora, recording.id)
        assert refused.value.stable_code == "recording_erased"


async def test_only_the_dpo_erases_and_not_while_it_is_made(archive: Archive) -> None:
    recording, running = await archive.studio.recorded(), await archive.studio.begin()
    house = archive.house
    for who in (archive.anna, archive.supervisor(), house.somebody(Role.MANAGER), house.somebody(Role.ADMIN)):
        with pytest.raises(Forbidden):
            await archive.desk.erase(who, recording.id)
    with pytest.raises(Conflict) as refused:
        await archive.desk.erase(house.somebody(Role.DPO), running.id)
    assert refused.value.stable_code == "recording_runs"
    assert await whole(archive.studio.vault, recording)
    await running.discard()


# — how long ————————————————————————————————————————————————————————————————————————————————————


async def left(archive: Archive, keep_days: int, *recordings: Recording) -> list[bool]:
    """Which of them are still there after a step of the job."""
    studio = archive.studio
    await KeepingTime(studio.rows, studio.vault, archive.house.clock, keep_days=keep_days).step()
    return [(await studio.row(r)).erased_at is None for r in recordings]


async def test_what_was_kept_long_enough_is_erased_and_says_so(archive: Archive) -> None:
    recording = await archive.studio.recorded()
    archive.house.clock.advance(29 * DAY_S)
    assert await left(archive, 30, recording) == [True]
    archive.house.clock.advance(DAY_S + 1)
    assert await left(archive, 0, recording) == [True]
    assert await left(archive, 30, recording) == [False]

    row = await archive.studio.row(recording)
    assert (row.erased, row.erased_by, row.file_gone) == (Erased.KEPT_LONG_ENOUGH, "system", True)
    assert archive.studio.files() == []
    assert await archive.audited() == [("erase_recording", "system", "done")]
    with pytest.raises(HubError):
        await archive.heard_by(archive.anna, recording)


@pytest.mark.parametrize(
    ("own", "house_days", "stays"), [(7, 0, False), (0, 7, True), (None, 7, False), (90, 7, True)]
)
async def test_a_queue_may_keep_them_shorter_or_longer_than_the_house(
    archive: Archive, own: int | None, house_days: int, stays: bool
) -> None:
    recording = await archive.studio.recorded()
    rules = QueueRules(voice=VoiceRules(keep_recordings_days=own))
    await archive.house.floor.put_queue(replace(archive.house.queue, rules=rules))
    archive.house.clock.advance(30 * DAY_S)
    assert await left(archive, house_days, recording) == [stays]


async def test_a_file_that_the_disk_did_not_give_up_is_taken_away_by_the_next_step(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def stuck(_: Recording) -> None:
        raise Unavailable("the disk does not take or give the recording now")

    recording = await archive.studio.recorded()
    with monkeypatch.context() as broken:
        broken.setattr(archive.studio.vault, "remove", stuck)
        with pytest.raises(Unavailable):
            await archive.desk.erase(archive.house.somebody(Role.DPO), recording.id)
    assert (await archive.studio.row(recording)).key is None
    assert len(archive.studio.files()) == 1

    await left(archive, 0)
    assert archive.studio.files() == []
    assert (await archive.studio.row(recording)).file_gone
