"""A telephone that rings nobody: it remembers what it was asked, and refuses what it is told to."""

from dataclasses import dataclass, field

from hub.domain.call import AgentPhone, Call, RecordingState
from hub.domain.errors import HubError
from hub.domain.ids import CallId, UserId


@dataclass(kw_only=True)
class FakeTelephone:
    """`Telephone` of hub/ports/calls.py. `refuses`: what everything raises from now on; `judges`: what is said of every
    number before anything is written."""

    asked: list[tuple[str, ...]] = field(default_factory=list)
    dialled: list[tuple[Call, AgentPhone]] = field(default_factory=list)
    refuses: HubError | None = None
    judges: HubError | None = None

    def _asked(self, *what: str) -> None:
        if self.refuses is not None:
            raise self.refuses
        self.asked.append(what)

    def judge(self, number: str, agent_id: UserId) -> None:
        self.judge_phone(number)

    def judge_phone(self, address: str) -> None:
        if self.judges is not None:
            raise self.judges

    async def dial(self, call: Call, phone: AgentPhone) -> None:
        self._asked("dial", call.number)
        self.dialled.append((call, phone))

    async def hold(self, call_id: CallId, *, held: bool) -> None:
        self._asked("hold" if held else "resume", call_id)

    async def hang_up(self, call_id: CallId) -> None:
        self._asked("hang_up", call_id)

    async def press(self, call_id: CallId, keys: str) -> None:
        self._asked("press", call_id, keys)

    async def record(self, call_id: CallId, state: RecordingState) -> None:
        self._asked("record", call_id, state.value)

    async def give(self, call_id: CallId, target: str) -> None:
        self._asked("give", call_id, target)

    async def consult(self, call_id: CallId, target: str) -> None:
        self._asked("consult", call_id, target)

    async def join(self, call_id: CallId) -> None:
        self._asked("join", call_id)

    async def take_back(self, call_id: CallId) -> None:
        self._asked("take_back", call_id)
