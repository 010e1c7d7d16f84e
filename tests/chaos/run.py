"""One chaos run: a hub that is killed again and again, peers that play on, and the oracle's verdict."""

import asyncio
import signal
import sqlite3
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from statistics import median

from tests.chaos.agents import AgentPeer
from tests.chaos.boards import Boards
from tests.chaos.callers import CallerPeer
from tests.chaos.faults import Calm, Crash, Fault, Kill, Size, plan
from tests.chaos.invariants import NAMES, Moment, questions
from tests.chaos.ledger import Acked, Down, Ledger, ReplyQueued, Sent, Up
from tests.chaos.mail_oracle import judge_mail
from tests.chaos.messenger import Messenger, TexterPeer
from tests.chaos.oracle import QUESTIONS, STORED, Evidence, Stall, judge, message_ids
from tests.chaos.post import SILENT_S, Post, mail_times
from tests.chaos.report import Report
from tests.chaos.seen import Found, is_quiet, waited_for_cpu_s
from tests.chaos.store import StoreReader, reader_of
from tests.chaos.telegram_oracle import judge_telegram
from tests.chaos.visitors import VisitorPeer
from tests.chaos.world import World
from tests.chaos.writers import WriterPeer
from tests.hubs import Floor, HubDidNotStart, RunningHub, start_hub
from tests.ports import free_port
from tests.softphone import free_sip_port

CHILD = ("-m", "tests.chaos.child")
LOGINS = ("anna", "boris", "cem", "deniz", "elif", "farid", "gul", "hasan", "irina")
LEASE_S, GRACE_S = 6.0, 2.0
SETTINGS = {
    "ROUTING__PRESENCE_LEASE_S": str(LEASE_S),
    "ROUTING__GRACE_S": str(GRACE_S),
    "ROUTING__AVOID_S": "2",
    "CHANNELS__WEBCHAT__MESSAGES_PER_S": "50",
    "CHANNELS__WEBCHAT__MESSAGES_BURST": "100",
    "CHANNELS__SIP__OPEN_TO_LOOPBACK": "1",
    "CHANNELS__SIP__EXEMPT_ADDRESSES": '["127.0.0.0/8"]',
    "LOG__LEVEL": "warning",
}

CRASH_WITHIN_S = 15.0
LOOK_EVERY_S = 2.0
STALLS_COUNT_S = 5.0
QUIET_WITHIN_S = 45.0
MOST_STALLS = 4
UNACKED = "intake.after_commit_before_ack"


class Run:
    """Plays once. `folder` keeps data, ledger and log."""

    def __init__(
        self,
        seed: int,
        size: Size,
        folder: Path,
        *,
        store_url: str = "",
        program: Sequence[str] = CHILD,
        faults: Sequence[Fault] | None = None,
        rate_s: float = 2.0,
        quiet_within_s: float = QUIET_WITHIN_S,
    ) -> None:
        self.seed = seed
        self.size = size
        self._folder = folder
        self._store_url = store_url
        self._program = program
        self._faults = list(plan(seed, size) if faults is None else faults)
        self._rate_s = rate_s
        self._quiet_within_s = quiet_within_s
        self._port = free_port()
        self._sip_port = free_sip_port()
        self._post: Post | None = None
        self._messenger: Messenger | None = None
        self._reader: StoreReader = reader_of(folder / "data", store_url)
        self._floor = Floor(
            agents=LOGINS[: size.agents],
            callees=LOGINS[: size.callees],
            queues=("support",),
            offer_s=1.5,
            wrap_up_s=0.5,
            missed_limit=3,
            record=True,
        )
        self._found = Found()
        self._boards = Boards(self._reader, self._found)
        self._hub: RunningHub | None = None
        self._up_since = 0.0
        self._visitors: list[VisitorPeer] = []
        self._agents: list[AgentPeer] = []
        self._peers: list[VisitorPeer | AgentPeer | CallerPeer | WriterPeer | TexterPeer] = []
        self._world: World

    async def play(self) -> Report:
        """Everything, from the first start to the verdict."""
        began = time.monotonic()
        async with AsyncExitStack() as stack:
            ledger = stack.enter_context(Ledger(self._folder / "ledger.jsonl"))
            if self.size.writers:
                post = Post(self.seed, ledger, self.size.server_faults, silent_s=SILENT_S * mail_times())
                self._post = await stack.enter_async_context(post.open())
            if self.size.texters:
                messenger = Messenger(self.seed, ledger, self.size.telegram_faults)
                self._messenger = await stack.enter_async_context(messenger.open())
            self._world = World(
                seed=self.seed,
                url=f"http://127.0.0.1:{self._port}",
                ledger=ledger,
                rate_s=self._rate_s,
                sip_port=self._sip_port if self.size.callers else 0,
                letters_s=self.size.letters_s,
                post=self._post,
                texts_s=self.size.texts_s,
                messenger=self._messenger,
            )
            self._visitors = [VisitorPeer(self._world, f"v{n}") for n in range(self.size.visitors)]
            self._agents = [AgentPeer(self._world, login) for login in self._floor.agents]
            callers = [
                CallerPeer(self._world, f"c{n}", f"+90532{n:07}") for n in range(1, self.size.callers + 1)
            ]
            writers = [WriterPeer(self._world, f"m{n}") for n in range(self.size.writers)]
            texters = [TexterPeer(self._world, n) for n in range(self.size.texters)]
            self._peers = [*self._visitors, *self._agents, *callers, *writers, *texters]
            try:
                async with self._playing():
                    await self._befall(self._faults)
                    await self._befall([Crash(point=c.point, nth=1) for c in self._found.missed])
                    await self._between_commit_and_ack()
                    rows = await self._end()
            finally:
                if self._hub is not None:
                    self._found.exit_code = await self._hub.stop()
            ambiguities = self._post.ambiguities if self._post else 0
            evidence = Evidence(
                ledger.lines, rows, self._found.stalls, ambiguities, self._found.sending_at_death
            )
            return self._report(evidence, time.monotonic() - began)

    @asynccontextmanager
    async def _playing(self) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as group:
            jobs = [group.create_task(peer.run()) for peer in self._peers]
            jobs += [group.create_task(self._watch()), group.create_task(self._measure_stalls())]
            yield
            for job in jobs:
                job.cancel()

    # --- faults ---

    async def _befall(self, faults: Sequence[Fault]) -> None:
        for number, fault in enumerate(faults):
            if not await self._start(fault.armed if isinstance(fault, Crash) else ""):
                continue
            match fault:
                case Kill():
                    await asyncio.sleep(fault.after_s)
                    await self._kill()
                case Calm():
                    absent = self._agents[number % len(self._agents)]
                    absent.vanish()
                    await asyncio.sleep(fault.for_s)
                    absent.come_back()
                    await self._kill()
                case Crash():
                    await self._await_crash(fault)

    async def _between_commit_and_ack(self) -> None:
        """What died between the two may have carried calls only: again, until a visitor's message was in between."""
        for nth in (1, 2, 3, 4) if self._visitors and UNACKED in self.size.points else ():
            if not self._found.unacked_stored:
                await self._befall([Crash(point=UNACKED, nth=nth)])

    async def _start(self, armed: str) -> bool:
        """Whether the hub listens; if not, it met its crash point in the start."""
        died_at = time.monotonic()
        try:
            self._hub = await start_hub(
                self._folder / "data",
                floor=self._floor,
                settings={
                    **SETTINGS,
                    "CHANNELS__SIP__PORT": str(self._sip_port),
                    **(self._post.settings if self._post else {}),
                    **(self._messenger.settings(self._port) if self._messenger else {}),
                    **self.size.settings,
                },
                store_url=self._store_url,
                port=self._port,
                crash_at=armed,
                program=self._program,
            )
        except HubDidNotStart as error:
            if not armed or error.code != -signal.SIGKILL:
                raise
            self._found.hit[armed.partition(":")[0]] += 1
            rows = await self._reader.rows_of_the_dead(STORED)
            self._found.sending_at_death.update(dict(rows["sending"]))
            return False
        self._found.recoveries_s.append(time.monotonic() - died_at)
        self._up_since = time.time()
        self._world.ledger.note(Up(armed=armed))
        if self._post is not None and not self._post.is_set_up:
            await self._post.set_up(self._hub.url)
        if self._messenger is not None and not self._messenger.is_set_up:
            await self._messenger.set_up(self._hub.url)
        if not armed:
            await self._boards.compare(self._hub)
        self._world.gate.set()
        return True

    async def _kill(self) -> None:
        assert self._hub is not None
        if self._hub.lives:
            self._found.kills += 1
        await self._hub.kill()
        await self._buried("kill")

    async def _await_crash(self, crash: Crash) -> None:
        assert self._hub is not None
        try:
            async with asyncio.timeout(CRASH_WITHIN_S):
                code = await self._hub.ended()
        except TimeoutError:
            self._found.missed.append(crash)
            await self._kill()
            return
        if code != -signal.SIGKILL:
            raise HubDidNotStart(code, self._hub.log.read_text(errors="replace")[-4000:])
        self._found.hit[crash.point] += 1
        await self._buried(crash.point)

    async def _buried(self, how: str) -> None:
        """The hub is dead: what was acknowledged must be on the disk now, not later."""
        self._hub = None
        self._world.gate.clear()
        self._world.ledger.note(Down(how=how))
        for _ in range(50):  # what it said last is on its way to the peers
            if not any(visitor.is_connected for visitor in self._visitors):
                break
            await asyncio.sleep(0.01)
        rows = await self._reader.rows_of_the_dead(STORED)
        self._found.sending_at_death.update(dict(rows["sending"]))
        stored = message_ids(rows["stored"])
        acked = {ack.msg_id for ack in self._world.ledger.all(Acked)}
        sent = {sent.msg_id for sent in self._world.ledger.all(Sent)}
        self._found.not_durable |= acked - stored
        self._found.unacked_stored |= (sent & stored) - acked

    # --- while it lives ---

    async def _watch(self) -> None:
        oldest_event: object = None
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            hub, up_since, now = self._hub, self._up_since, time.time()
            if hub is None:
                oldest_event = None
                continue
            stalled = sum(s.for_s for s in self._found.stalls if s.at > now - STALLS_COUNT_S)
            moment = Moment(
                now=now, up_since=up_since, lease_s=LEASE_S, grace_s=GRACE_S, slack_s=1.0 + stalled
            )
            try:
                rows = await self._reader.rows(questions(moment))
            except sqlite3.OperationalError:
                if self._hub is hub:
                    raise
                continue
            self._found.looks += 1
            event = rows.pop("I10")
            if event and event == oldest_event and now - up_since > LOOK_EVERY_S + moment.slack_s:
                self._found.broken.append(f"I10 {NAMES['I10']}: {event}")
            oldest_event = event
            self._found.broken += [f"{i} {NAMES[i]}: {found}" for i, found in rows.items() if found]

    async def _measure_stalls(self) -> None:
        """Note when this process woke late, and how long the hub was ready to run and had no processor."""
        waited: dict[int, float] = {}
        while True:
            before = time.monotonic()
            await asyncio.sleep(0.1)
            late_s = time.monotonic() - before - 0.1
            if self._hub is not None:
                pid, total_s = self._hub.process.pid, waited_for_cpu_s(self._hub.process.pid)
                late_s += total_s - waited.get(pid, total_s)
                waited[pid] = total_s
            if late_s > 0.02:
                self._found.stalls.append(Stall(at=time.time(), for_s=late_s))

    # --- the end ---

    async def _end(self) -> dict[str, list[tuple[object, ...]]]:
        """Bring everything to its end on a hub that stays; the rows then."""
        await self._start("")
        await asyncio.sleep(1.0)
        wanted = {"email": self.size.mail_replies, "telegram": self.size.telegram_replies}
        while any(self._replies_on(channel) < number for channel, number in wanted.items()):
            await asyncio.sleep(0.2)
        self._world.calm.set()
        if self._post is not None:
            self._post.well()  # else how long the last letter takes is a matter of luck
        if self._messenger is not None:
            self._messenger.well()
        began, began_at = time.monotonic(), time.time()
        while True:
            await asyncio.sleep(0.3)
            # a hub that has no processor ends nothing: on a busy machine the last work takes as much longer
            stalled_s = sum(stall.for_s for stall in self._found.stalls if stall.at >= began_at)
            patience_s = self._quiet_within_s + min(stalled_s, MOST_STALLS * self._quiet_within_s)
            is_late = time.monotonic() > began + patience_s
            if not is_late and not all(peer.is_done for peer in self._peers):
                continue
            rows = await self._reader.rows(QUESTIONS)
            if is_late or is_quiet(rows, self._world.ledger):
                assert self._hub is not None
                await self._boards.hung_up(self._hub)
                return rows

    def _replies_on(self, channel: str) -> int:
        return sum(reply.channel == channel for reply in self._world.ledger.all(ReplyQueued))

    def _report(self, evidence: Evidence, took_s: float) -> Report:
        found, counts = self._found, self._world.counts
        report = Report()
        report.tell(
            seed=self.seed,
            size=self.size.name,
            backend="postgresql" if self._store_url else "sqlite",
            duration_s=round(took_s, 1),
            faults_total=found.kills + found.hit.total(),
            faults_kill_hub=found.kills,
            faults_crashpoint=found.hit.total(),
            crashpoints_hit=f"{len(found.hit)}/{len(self.size.points)}",
        )
        wanted = {fault.point for fault in self._faults if isinstance(fault, Crash)}
        report.require_none("crashpoints_missed", sorted(wanted - found.hit.keys()))
        judge(report, evidence)
        judge_mail(report, evidence)
        judge_telegram(report, evidence, self._messenger.went_wrong if self._messenger else {})
        report.require_none("touch_acked_not_durable", sorted(found.not_durable))
        report.tell(touch_unacked_stored=len(found.unacked_stored))
        report.require_none("board_differs", found.board_differs)
        report.require_none("telephone_left", found.telephone_left)
        report.tell(invariant_checks=found.looks)
        report.require_none("invariant_violations", found.broken)
        report.require_none("ws_gaps", ["gap"] * counts.pop("ws_gaps", 0))
        refused = [f"{name}: {n}" for name, n in counts.items() if name.startswith("visitor_error_")]
        report.require_none("visitor_errors", refused)
        report.require_none("exit_code", [str(found.exit_code)] if found.exit_code else [])
        report.notes += self._world.remarks[:20]
        report.tell(
            **dict(sorted(counts.items())),
            recover_p50_s=round(median(found.recoveries_s), 2),
            recover_max_s=round(max(found.recoveries_s), 2),
            stalled_s=round(sum(s.for_s for s in found.stalls), 1),
        )
        return report
