"""Operations on cases and tasks."""

from typing import Annotated

from msgspec import Meta

from agent_console.bodies import Id
from agent_console.client_bodies import EditCase, EditTask, NewCase, NewTaskBody
from agent_console.operations import Call, Operation, Operations
from hub.desk.client_stores import CaseStore, NewTask, TaskStore
from hub.desk.client_views import CaseHistory, CasePage, CaseView, TaskPage
from hub.desk.views import TaskView
from hub.domain.access import Permission
from hub.domain.ids import CaseId, InteractionId, PersonId, TaskId, UserId

Limit = Annotated[int, Meta(ge=1, le=200)]
After = Annotated[str, Meta(max_length=100)]


def operations(*, cases: CaseStore, tasks: TaskStore) -> list[Operation]:
    """What outlives a conversation."""
    made = Operations("cases and tasks")

    @made.op(
        "GET",
        "/api/v1/persons/{person_id}/cases",
        Permission.READ_PERSON,
        "The cases of a client, newest first",
    )
    async def list_cases(call: Call, person_id: Id, after: After = "", limit: Limit = 50) -> CasePage:
        """Closed ones too."""
        return await cases.cases(call.principal, PersonId(person_id), after=after, limit=limit)

    @made.op(
        "POST",
        "/api/v1/persons/{person_id}/cases",
        Permission.EDIT_PERSON,
        "Open a case",
        status=201,
        idempotent=True,
    )
    async def open_case(call: Call, person_id: Id, body: NewCase) -> CaseView:
        """Numbers count from 1 within the house."""
        return await cases.open_case(
            call.principal,
            PersonId(person_id),
            subject=body.subject,
            promised_at=body.promised_at,
            owner_id=UserId(body.owner_id) if body.owner_id else None,
            interaction_id=InteractionId(body.interaction_id) if body.interaction_id else None,
            key=call.idempotency_key,
        )

    @made.op("GET", "/api/v1/cases/{case_id}", Permission.READ_PERSON, "One case")
    async def show_case(call: Call, case_id: Id) -> CaseView:
        """Not there and not yours are the same 404."""
        return await cases.case(call.principal, CaseId(case_id))

    @made.op("GET", "/api/v1/cases/{case_id}/history", Permission.READ_PERSON, "Who changed what of a case")
    async def show_case_history(call: Call, case_id: Id) -> CaseHistory:
        """The newest first. The same 404 as the case."""
        return await cases.history(call.principal, CaseId(case_id))

    @made.op("PATCH", "/api/v1/cases/{case_id}", Permission.EDIT_PERSON, "Change a case")
    async def change_case(call: Call, case_id: Id, body: EditCase) -> CaseView:
        """Close it, open it again, promise a day, hand it to a colleague, link a conversation."""
        owner_id = body.owner_id
        return await cases.change_case(
            call.principal,
            CaseId(case_id),
            version=body.version,
            subject=body.subject,
            status=body.status,
            public_status=body.public_status,
            promised_at=body.promised_at,
            owner_id=UserId(owner_id) if isinstance(owner_id, str) else owner_id,
            interaction_id=InteractionId(body.interaction_id) if body.interaction_id else None,
        )

    @made.op("GET", "/api/v1/tasks", Permission.WORK_TASKS, "Tasks")
    async def list_tasks(
        call: Call,
        owner: After = "me",
        person: After = "",
        done: bool = False,
        after: After = "",
        limit: Limit = 50,
    ) -> TaskPage:
        """`owner` is `me`, an id, or empty for everybody in one's reach. Open ones come by their due time."""
        return await tasks.tasks(
            call.principal, owner=owner, person=person, done=done, after=after, limit=limit
        )

    @made.op("POST", "/api/v1/tasks", Permission.WORK_TASKS, "Write a task down", status=201, idempotent=True)
    async def add_task(call: Call, body: NewTaskBody) -> TaskView:
        """For oneself or for a colleague; it may belong to a client, a case, a conversation."""
        new = NewTask(
            title=body.title,
            owner_id=UserId(body.owner_id) if body.owner_id else None,
            due_at=body.due_at,
            person_id=PersonId(body.person_id) if body.person_id else None,
            case_id=CaseId(body.case_id) if body.case_id else None,
            interaction_id=InteractionId(body.interaction_id) if body.interaction_id else None,
            for_team=body.for_team,
            if_no_answer=body.if_no_answer,
        )
        return await tasks.add_task(call.principal, new, key=call.idempotency_key)

    @made.op("GET", "/api/v1/tasks/{task_id}", Permission.WORK_TASKS, "One task")
    async def show_task(call: Call, task_id: Id) -> TaskView:
        """Not there and not in one's reach are the same 404."""
        return await tasks.task(call.principal, TaskId(task_id))

    @made.op("PATCH", "/api/v1/tasks/{task_id}", Permission.WORK_TASKS, "Change a task")
    async def change_task(call: Call, task_id: Id, body: EditTask) -> TaskView:
        """Done, not done after all, due later, somebody else's."""
        return await tasks.change_task(
            call.principal,
            TaskId(task_id),
            version=body.version,
            title=body.title,
            owner_id=UserId(body.owner_id) if body.owner_id else None,
            due_at=body.due_at,
            done=body.done,
        )

    return list(made)
