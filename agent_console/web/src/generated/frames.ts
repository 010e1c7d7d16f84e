// Made by `make gen` from the Python classes: change those. Times are RFC 3339, UTC.

import type {
  AlarmView,
  CallView,
  ClientCard,
  ConsultView,
  Delivery,
  DeskView,
  DispositionView,
  DraftView,
  FloorAgent,
  FloorQuarter,
  FloorQueue,
  FloorView,
  MeView,
  MentionView,
  NoticeView,
  OfferedWorkView,
  PauseReason,
  PlannedView,
  PopView,
  QueueLineView,
  ReservationState,
  SnoozeView,
  TaskView,
  TouchView,
  ViewerView,
  WaitingView,
  Why,
  WorkView,
} from './views';

/**
 * A call that this user has, or had, or that their phone rings for: the whole of it. One that has ended, or is
 * somebody else's now, is not among this user's calls any more (compare `version`, keep the greater).
 */
export interface CallChangedFrame {
  readonly kind: 'call_changed';
  readonly seq: number;
  readonly call: CallView;
}

/** The card of a person this agent is dealing with has changed. */
export interface CardChanged {
  readonly kind: 'card_changed';
  readonly seq: number;
  readonly card: ClientCard;
}

/** The client ended a conversation this agent has. The work stays; the history has a line about it. */
export interface ClientLeftFrame {
  readonly kind: 'client_left';
  readonly seq: number;
  readonly interaction_id: string;
  readonly person_id: string;
  readonly at: string;
}

/** The client is on another page of the site; `about` is what the card says of the visit from now on, complete. */
export interface ClientMovedFrame {
  readonly kind: 'client_moved';
  readonly seq: number;
  readonly interaction_id: string;
  readonly person_id: string;
  readonly about: Readonly<Record<string, string>>;
}

/**
 * The client said what they thought of a conversation, 1 (bad) to 5 (very good), or changed it; told to whoever
 * served them last and to those who have their card on the screen. The history has a line about it.
 */
export interface ClientRatedFrame {
  readonly kind: 'client_rated';
  readonly seq: number;
  readonly interaction_id: string;
  readonly person_id: string;
  readonly score: number;
  readonly comment: string;
  readonly at: string;
}

/** A colleague was asked within a conversation, or the consult ended (`ended_at`); to both of them. */
export interface ConsultChangedFrame {
  readonly kind: 'consult_changed';
  readonly seq: number;
  readonly consult: ConsultView;
}

/** A reply came further, or failed. */
export interface DeliveryChangedFrame {
  readonly kind: 'delivery_changed';
  readonly seq: number;
  readonly interaction_id: string;
  readonly touch_id: string;
  readonly touch_seq: number;
  readonly delivery: Delivery;
  readonly detail: string;
}

/** What this user began to write is different, or gone (an empty text without files). */
export interface DraftChangedFrame {
  readonly kind: 'draft_changed';
  readonly seq: number;
  readonly draft: DraftView;
}

/**
 * What changed on the wallboard since the revision before; at most two a second.
 *
 * Rows replace those of the same id (`quarters`: of the same queue and time). `alarms` are all open ones, null
 * while they are as they were, like `pop`.
 */
export interface FloorChanged {
  readonly kind: 'floor_changed';
  readonly seq: number;
  readonly revision: number;
  readonly queues: readonly FloorQueue[];
  readonly agents: readonly FloorAgent[];
  readonly quarters: readonly FloorQuarter[];
  readonly alarms: readonly AlarmView[] | null;
  readonly pop: PopView | null;
  readonly at: string;
}

/** The whole wallboard, after `watch_floor` and whenever it begins anew. `seq` repeats the newest number. */
export interface FloorSnapshot {
  readonly kind: 'floor_snapshot';
  readonly seq: number;
  readonly revision: number;
  readonly floor: FloorView;
}

/** The first frame. `last_seq` is the newest number applied, None for a new desk. */
export interface Hello {
  readonly kind: 'hello';
  readonly last_seq?: number | null;
  readonly stream?: string;
}

/**
 * An administrator changed what may be chosen: the outcomes and the reasons for a pause, as they are now. It comes
 * for an account of mail too: what a letter of a conversation begins with is asked for again.
 */
export interface HouseChangedFrame {
  readonly kind: 'house_changed';
  readonly seq: number;
  readonly dispositions: readonly DispositionView[];
  readonly pause_reasons: readonly string[];
  readonly pauses: readonly PauseReason[];
}

/** The agent's own state. */
export interface MeChanged {
  readonly kind: 'me_changed';
  readonly seq: number;
  readonly me: MeView;
}

/** A note names this user. */
export interface MentionedFrame {
  readonly kind: 'mentioned';
  readonly seq: number;
  readonly mention: MentionView;
}

/** This user has read these notes, in whatever window. */
export interface MentionsReadFrame {
  readonly kind: 'mentions_read';
  readonly seq: number;
  readonly touch_ids: readonly string[];
}

/** A word lies at this desk: from a supervisor, or about what one did. */
export interface NoticeAdded {
  readonly kind: 'notice_added';
  readonly seq: number;
  readonly notice: NoticeView;
}

/** It was read, in this window or another. */
export interface NoticeGone {
  readonly kind: 'notice_gone';
  readonly seq: number;
  readonly notice_id: string;
}

/** The console is there (every 5 s); renews the presence lease. Answered by a tick. */
export interface Ping {
  readonly kind: 'ping';
}

/** A reply of this user that is not sent at once: `waiting` and `failed` ones are listed, others are over. */
export interface PlannedChangedFrame {
  readonly kind: 'planned_changed';
  readonly seq: number;
  readonly planned: PlannedView;
}

/** How the agent's queues stand, and who waits; at most two a second. */
export interface QueuesChanged {
  readonly kind: 'queues_changed';
  readonly seq: number;
  readonly queues: readonly QueueLineView[];
  readonly waiting: readonly WaitingView[];
}

/** What was missed has been sent; `seq` is the newest number. */
export interface Replayed {
  readonly kind: 'replayed';
  readonly seq: number;
  readonly stream: string;
}

/** An offer to this agent is over. `reason` is a stable word; `taken_by` names who got the work, if known. */
export interface ReservationEndedFrame {
  readonly kind: 'reservation_ended';
  readonly seq: number;
  readonly reservation_id: string;
  readonly work_item_id: string;
  readonly state: ReservationState;
  readonly reason: string;
  readonly taken_by: string;
}

/** Work is offered: the card, why it came here, and until when. */
export interface ReservationOfferedFrame {
  readonly kind: 'reservation_offered';
  readonly seq: number;
  readonly reservation_id: string;
  readonly work_item: OfferedWorkView;
  readonly offered_at: string;
  readonly expires_at: string;
  readonly card: ClientCard;
  readonly why: Why;
  readonly latency_ms: number;
}

/** The whole desk again, because what was missed cannot be replayed. */
export interface Resync {
  readonly kind: 'resync';
  readonly seq: number;
  readonly stream: string;
  readonly desk: DeskView;
}

/** The sign-in ended; the socket closes after this. */
export interface SignedOut {
  readonly kind: 'signed_out';
  readonly seq: number;
  readonly reason: string;
}

/** The whole desk, at the first connection. `stream` names this line of numbers; send it back in `hello`. */
export interface Snapshot {
  readonly kind: 'snapshot';
  readonly seq: number;
  readonly stream: string;
  readonly desk: DeskView;
}

/** A conversation was laid aside by this agent, or (None) is not laid aside any more. */
export interface SnoozeChangedFrame {
  readonly kind: 'snooze_changed';
  readonly seq: number;
  readonly interaction_id: string;
  readonly snooze: SnoozeView | null;
}

/** What this user has to do now: the first 50 open tasks by due time. */
export interface TasksChangedFrame {
  readonly kind: 'tasks_changed';
  readonly seq: number;
  readonly tasks: readonly TaskView[];
}

/** Nothing happened, and this console is up to date if it has `seq`. */
export interface Tick {
  readonly kind: 'tick';
  readonly seq: number;
  readonly server_time: string;
}

/** A touch of a conversation this agent holds. */
export interface TouchAdded {
  readonly kind: 'touch_added';
  readonly seq: number;
  readonly touch: TouchView;
}

/** The agent is typing to this client, or has stopped. */
export interface TypingCommand {
  readonly kind: 'typing';
  readonly interaction_id: string;
  readonly typing: boolean;
}

/** The client, or a colleague, is typing (or has stopped). */
export interface TypingFrame {
  readonly kind: 'typing';
  readonly seq: number;
  readonly interaction_id: string;
  readonly by_client: boolean;
  readonly name: string;
  readonly typing: boolean;
}

/** Who has this conversation on the screen, this user among them; told to those who have. */
export interface ViewersChanged {
  readonly kind: 'viewers_changed';
  readonly seq: number;
  readonly interaction_id: string;
  readonly viewers: readonly ViewerView[];
}

/**
 * The conversation on the screen of this window, or None; said again every 10 s while it lasts.
 *
 * `person_id` is whose card is on the screen, also without a conversation: its changes are told to this window.
 */
export interface ViewingCommand {
  readonly kind: 'viewing';
  readonly interaction_id?: string | null;
  readonly person_id?: string | null;
}

/** Show the live wallboard in this window, or (`on` false) do not any more. Needs a role that may read it. */
export interface WatchFloor {
  readonly kind: 'watch_floor';
  readonly on: boolean;
}

/** A row of the Work list is new or different (compare `version`, keep the greater). */
export interface WorkChanged {
  readonly kind: 'work_changed';
  readonly seq: number;
  readonly work: WorkView;
}

/** A row left the Work list. */
export interface WorkRemoved {
  readonly kind: 'work_removed';
  readonly seq: number;
  readonly work_item_id: string;
  readonly reason: string;
}

/** What the hub sends. */
export type Frame =
  | Snapshot
  | Resync
  | Replayed
  | Tick
  | MeChanged
  | ReservationOfferedFrame
  | ReservationEndedFrame
  | WorkChanged
  | WorkRemoved
  | TouchAdded
  | DeliveryChangedFrame
  | TypingFrame
  | ClientLeftFrame
  | ClientRatedFrame
  | ClientMovedFrame
  | QueuesChanged
  | CardChanged
  | PlannedChangedFrame
  | DraftChangedFrame
  | MentionedFrame
  | MentionsReadFrame
  | SnoozeChangedFrame
  | ViewersChanged
  | HouseChangedFrame
  | NoticeAdded
  | NoticeGone
  | ConsultChangedFrame
  | FloorSnapshot
  | FloorChanged
  | TasksChangedFrame
  | CallChangedFrame
  | SignedOut;

/** What the console sends. */
export type Command =
  | Hello
  | Ping
  | TypingCommand
  | ViewingCommand
  | WatchFloor;
