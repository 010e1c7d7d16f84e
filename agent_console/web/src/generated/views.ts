// Made by `make gen` from the Python classes: change those. Times are RFC 3339, UTC.

/** What everybody sees of an agent. Derived (see `presence.py`), never stored by itself. */
export type AgentState = 'available' | 'engaged' | 'offline' | 'paused' | 'reserved' | 'wrap_up';

/** What is wrong: too many wait, one waits too long, the day's service level is low, nobody is available. */
export type AlarmKind = 'level' | 'nobody' | 'oldest' | 'waiting';

/** An alarm; `threshold` and `value` are a count, seconds, or a share, by `kind`. */
export interface AlarmView {
  readonly id: string;
  readonly queue_id: string;
  readonly queue: string;
  readonly kind: AlarmKind;
  readonly threshold: number;
  readonly value: number;
  readonly raised_at: string;
  readonly ended_at: string | null;
  readonly acked_at: string | null;
  readonly acked_by: string;
}

/** A file of a touch. The content is found by its hash; the name is only a label. */
export interface Attachment {
  readonly sha256: string;
  readonly name: string;
  readonly media_type: string;
  readonly size_bytes: number;
}

/** Why a call ended, in one stable word. */
export type CallEnd = 'agent_hung_up' | 'busy' | 'callback' | 'client_hung_up' | 'client_left' | 'closed' | 'failed' | 'hub_lost' | 'media_lost' | 'no_answer' | 'refused' | 'transferred' | 'voicemail';

/**
 * How far a call came. `waiting`: nobody's phone rings for it yet; `ringing`: the agent's, or on a call of
 * ours the client's, does; `talking`: both are on the line, or one is held.
 */
export type CallStage = 'ended' | 'ringing' | 'talking' | 'waiting';

/**
 * A call. `number` is the client's as far as it is known, `dialled` what they called or the trunk we called by.
 *
 * `agent` has it, or their phone rings for it; `held_since` is when the client was put on hold. `third` is whom the
 * agent consults, and `third_stage` how far that came. Greater `version`s are newer.
 */
export interface CallView {
  readonly id: string;
  readonly interaction_id: string;
  readonly person: NamedView;
  readonly queue: NamedView;
  readonly direction: Direction;
  readonly number: string;
  readonly dialled: string;
  readonly stage: CallStage;
  readonly started_at: string;
  readonly answered_at: string | null;
  readonly held_since: string | null;
  readonly ended_at: string | null;
  readonly end: CallEnd | null;
  readonly recording: RecordingState;
  readonly third: string;
  readonly third_stage: CallStage | null;
  readonly agent: NamedView | null;
  readonly work_item_id: string | null;
  readonly version: number;
}

/** Somebody this may be, with the reason and how sure it makes (0 to 1); never chosen silently. */
export interface CardCandidate {
  readonly person_id: string;
  readonly name: string;
  readonly reason: string;
  readonly sure: number;
}

/** A case that is not closed. */
export interface CardCase {
  readonly id: string;
  readonly number: number;
  readonly subject: string;
  readonly status: CaseStatus;
  readonly promised_at: string | null;
}

/** The newest word of the client about a purpose on a kind of channel. */
export interface CardConsent {
  readonly channel: IdentityKind;
  readonly purpose: Purpose;
  readonly given: boolean;
  readonly at: string;
  readonly by: string;
  readonly source: string;
}

/** One address on the card. */
export interface CardIdentity {
  readonly kind: IdentityKind;
  readonly value: string;
  readonly display: string;
  readonly confidence: Confidence;
  readonly id: string | null;
}

/** Another record that was found to be this person; it can be taken apart again. */
export interface CardMerge {
  readonly id: string;
  readonly name: string;
  readonly at: string;
  readonly by: string;
}

/**
 * A task that is not done; `given_by` is empty for what its owner gave themselves. `if_no_answer`: it is done by
 * itself when the client writes.
 */
export interface CardTask {
  readonly id: string;
  readonly title: string;
  readonly owner: string;
  readonly given_by: string;
  readonly due_at: string | null;
  readonly if_no_answer: boolean;
}

/** One line of the person's recent history; `files` are the names of what came with it, `subject` is of a letter. */
export interface CardTouch {
  readonly interaction_id: string;
  readonly seq: number;
  readonly channel: string;
  readonly direction: Direction;
  readonly at: string;
  readonly text: string;
  readonly files: readonly string[];
  readonly subject: string;
}

/** `pending` waits for somebody outside: the client, a supplier. */
export type CaseStatus = 'closed' | 'open' | 'pending';

/**
 * Who (or the candidates), their worth and language, their addresses, what they did last on all channels.
 *
 * `interactions` counts all engagements ever, `first_seen_at` is the day we met. `about` is what the channel
 * knows of this visit (page, referrer, browser language). `fields` are the house's own, by the id of the field.
 * `cases` and `tasks` are the first of those open; `open_cases` and `open_tasks` count all of them.
 */
export interface ClientCard {
  readonly person_id: string;
  readonly name: string;
  readonly organization: string;
  readonly tier: Tier;
  readonly language: string;
  readonly first_seen_at: string;
  readonly interactions: number;
  readonly last_agent: string;
  readonly identities: readonly CardIdentity[];
  readonly recent: readonly CardTouch[];
  readonly about: Readonly<Record<string, string>>;
  readonly candidates: readonly CardCandidate[];
  readonly version: number;
  readonly organization_id: string | null;
  readonly tags: readonly string[];
  readonly fields: Readonly<Record<string, string>>;
  readonly consents: readonly CardConsent[];
  readonly cases: readonly CardCase[];
  readonly open_cases: number;
  readonly tasks: readonly CardTask[];
  readonly open_tasks: number;
  readonly merges: readonly CardMerge[];
}

/** Which clock. A first response is the first gap of a conversation that the client began. */
export type ClockKind = 'first_response' | 'next_response' | 'resolution';

/**
 * What is due in a conversation, as people see it. `response` says which response clock runs; `returns_at` is when
 * the work leaves its agent unless they answer, `warned_at` when they were told so.
 */
export interface ClocksNow {
  readonly response: ClockKind | null;
  readonly response_due_at: string | null;
  readonly resolution_due_at: string | null;
  readonly warned_at: string | null;
  readonly returns_at: string | null;
}

/** How sure we are that an address is this person's. */
export type Confidence = 'known' | 'maybe';

/** A colleague being asked within a conversation. `person` and `channel` say which. */
export interface ConsultView {
  readonly id: string;
  readonly interaction_id: string;
  readonly person: NamedView;
  readonly channel: string;
  readonly asked_by: NamedView;
  readonly colleague: NamedView;
  readonly question: string;
  readonly started_at: string;
  readonly ended_at: string | null;
  readonly reason: string;
}

/** How far a touch came. Inbound touches and notes are `received`. */
export type Delivery = 'delivered' | 'failed' | 'queued' | 'received' | 'sending' | 'sent' | 'uncertain';

/**
 * Everything the agent desk shows; what a snapshot carries.
 *
 * `planned` are this user's replies that still wait or have failed, `mentions` those not read (the newest 50),
 * `snoozed` what this user laid aside, `tasks` what this user has to do (the first 50 by due time),
 * `calls` those that this user has, or whose phone rings for them.
 */
export interface DeskView {
  readonly me: MeView;
  readonly queues: readonly QueueLineView[];
  readonly offers: readonly OfferView[];
  readonly work: readonly WorkView[];
  readonly waiting: readonly WaitingView[];
  readonly dispositions: readonly DispositionView[];
  readonly pause_reasons: readonly string[];
  readonly planned: readonly PlannedView[];
  readonly mentions: readonly MentionView[];
  readonly snoozed: readonly SnoozeView[];
  readonly pauses: readonly PauseReason[];
  readonly notices: readonly NoticeView[];
  readonly consults: readonly ConsultView[];
  readonly tasks: readonly TaskView[];
  readonly calls: readonly CallView[];
  readonly server_time: string;
}

/** `internal` is a note among ourselves: no channel ever sees it. */
export type Direction = 'inbound' | 'internal' | 'outbound';

/**
 * One outcome an agent may record, and the form it asks for. `name` is shown where `names` has none of the
 * reader's language; no `queues`: all; a `retired` one has its name in the history and is offered nowhere.
 */
export interface DispositionView {
  readonly code: string;
  readonly name: string;
  readonly note_required: boolean;
  readonly names: Readonly<Record<string, string>>;
  readonly queues: readonly string[];
  readonly parent: string;
  readonly fields: readonly OutcomeField[];
  readonly retired: boolean;
}

/** To the client, or among ourselves. */
export type DraftKind = 'note' | 'reply';

/** What this user began to write. An empty text without files and letter: there is none any more. */
export interface DraftView {
  readonly interaction_id: string;
  readonly kind: DraftKind;
  readonly channel: string;
  readonly text: string;
  readonly attachments: readonly Attachment[];
  readonly mentions: readonly string[];
  readonly window: string;
  readonly version: number;
  readonly changed_at: string;
  readonly letter: WrittenLetter | null;
}

/** Agents a rule filtered out: the rule's stable name, what it asked for, how many, and some of their names. */
export interface Exclusion {
  readonly rule: string;
  readonly count: number;
  readonly wanted: string;
  readonly names: readonly string[];
}

/** What a field takes. */
export type FieldKind = 'choice' | 'number' | 'text' | 'yes_no';

/**
 * An agent, what they do since when, and how much of their attention is taken. `queues` are ids; `call` is what
 * they do on the telephone since `call_since`, empty and null without a call.
 */
export interface FloorAgent {
  readonly id: string;
  readonly name: string;
  readonly state: AgentState;
  readonly pause_reason: string;
  readonly since: string;
  readonly load: number;
  readonly full: number;
  readonly queues: readonly string[];
  readonly call: '' | 'held' | 'ringing' | 'talking';
  readonly call_since: string | null;
}

/** A quarter hour of a queue, by when passes began; `waiting` at its end (of the running one: see the queue). */
export interface FloorQuarter {
  readonly queue_id: string;
  readonly at: string;
  readonly offered: number;
  readonly answered: number;
  readonly abandoned: number;
  readonly service_level: number | null;
  readonly waiting: number;
}

/**
 * A queue: its line and staff now, its figures of today. `target_s` and `target_share` are its goal.
 *
 * `offered` counts passes that began today; `service_level` is the strict one, null while nothing counts.
 */
export interface FloorQueue {
  readonly id: string;
  readonly name: string;
  readonly waiting: number;
  readonly oldest_at: string | null;
  readonly ewt_s: number | null;
  readonly staffed: number;
  readonly available: number;
  readonly offered: number;
  readonly answered: number;
  readonly abandoned: number;
  readonly service_level: number | null;
  readonly asa_s: number | null;
  readonly aht_s: number | null;
  readonly target_s: number;
  readonly target_share: number;
}

/** Everything a wallboard shows. The day is [from_at, to_at) in the hub's zone. */
export interface FloorView {
  readonly queues: readonly FloorQueue[];
  readonly agents: readonly FloorAgent[];
  readonly quarters: readonly FloorQuarter[];
  readonly alarms: readonly AlarmView[];
  readonly pop: PopView;
  readonly from_at: string;
  readonly to_at: string;
  readonly at: string;
}

/** The kind of channel an address belongs to. */
export type IdentityKind = 'email' | 'phone' | 'site' | 'telegram' | 'webchat';

/**
 * The newest message of a conversation, cut to a line; `files` are the names of what came with it. `author` is
 * whoever of us wrote it; of ours, empty: the hub did by itself. `delivery` is how far a reply came. Where nothing was
 * said yet because the conversation is work again, it is the reply that did not arrive.
 */
export interface LastTouchView {
  readonly seq: number;
  readonly direction: Direction;
  readonly at: string;
  readonly text: string;
  readonly files: readonly string[];
  readonly author: string;
  readonly delivery: Delivery;
}

/**
 * What a touch says of its letter. `proof` is what our mail host found of the sender: `pass`, `fail`, or `unknown`;
 * `kind` is `personal`, `auto_reply`, `bounce` or `list`; `quoted` and `signature` say what is folded away,
 * `has_html`, `remote_images` what a look at the whole letter would show; `may_belong_to` are interactions it
 * points at.
 */
export interface LetterHeadView {
  readonly subject: string;
  readonly sender: MailAddress | null;
  readonly reply_to: readonly MailAddress[];
  readonly to: readonly MailAddress[];
  readonly cc: readonly MailAddress[];
  readonly bcc: readonly MailAddress[];
  readonly kind: string;
  readonly proof: string;
  readonly has_html: boolean;
  readonly quoted: boolean;
  readonly signature: boolean;
  readonly remote_images: number;
  readonly unreadable: boolean;
  readonly defects: readonly string[];
  readonly may_belong_to: readonly string[];
}

/** `address` is in normal form (`hub.domain.person.normalised`); `name` is what its owner says, on one line. */
export interface MailAddress {
  readonly address: string;
  readonly name: string;
}

/** The agent's own state. `load` and `full` are units of attention; `phone_ready`: calls can be offered. */
export interface MeView {
  readonly id: string;
  readonly name: string;
  readonly login: string;
  readonly roles: readonly string[];
  readonly state: AgentState;
  readonly wish: string;
  readonly pause_reason: string;
  readonly since: string;
  readonly load: number;
  readonly full: number;
  readonly version: number;
  readonly phone_ready: boolean;
}

/** A note that names this user, not read yet; `text` is cut to a line. */
export interface MentionView {
  readonly touch_id: string;
  readonly interaction_id: string;
  readonly person: NamedView;
  readonly author: string;
  readonly at: string;
  readonly text: string;
}

/** A thing one can only name: a queue, an agent, a person. */
export interface NamedView {
  readonly id: string;
  readonly name: string;
}

/**
 * What it is about. `given`, `taken` and `returned` are about work; `task` is a task that one was given, its
 * title the text; `message` is words only; `reply_overdue`: one did not answer in time, and the work went back;
 * `reply_failed` and `reply_uncertain`: a reply of one's own did not arrive, or may not have (`detail` is `work_again`
 * where its conversation was over, and is work again).
 */
export type NoticeKind = 'given' | 'message' | 'reply_failed' | 'reply_overdue' | 'reply_uncertain' | 'returned' | 'state_changed' | 'taken' | 'task';

/**
 * A word at one's desk, until it is read. `detail` is a stable word of its kind, `text` what the sender wrote.
 *
 * `person` and `subject` (of the last letter, if any) say which conversation it is about, where it is about one.
 */
export interface NoticeView {
  readonly id: string;
  readonly kind: NoticeKind;
  readonly by: string;
  readonly detail: string;
  readonly text: string;
  readonly interaction_id: string | null;
  readonly at: string;
  readonly person: NamedView | null;
  readonly subject: string;
}

/** Work this agent is being asked to take. `latency_ms`: touch received → frame sent. */
export interface OfferView {
  readonly reservation_id: string;
  readonly work_item: OfferedWorkView;
  readonly offered_at: string;
  readonly expires_at: string;
  readonly card: ClientCard;
  readonly why: Why;
  readonly latency_ms: number;
}

/** The work in an offer. `call_back`: nobody is on the line; whoever takes it calls the client at this number. */
export interface OfferedWorkView {
  readonly id: string;
  readonly interaction_id: string;
  readonly queue: string;
  readonly channel: string;
  readonly language: string;
  readonly waited_s: number;
  readonly call_back: string;
}

/** One answer to choose; `code` is what is kept. */
export interface OutcomeChoice {
  readonly code: string;
  readonly names: Readonly<Record<string, string>>;
}

/** One question of the form; `code` is what its answer is kept under. */
export interface OutcomeField {
  readonly code: string;
  readonly names: Readonly<Record<string, string>>;
  readonly kind: FieldKind;
  readonly required: boolean;
  readonly choices: readonly OutcomeChoice[];
}

/** Why an agent is paused; `paid` says whether the house counts it as work. */
export interface PauseReason {
  readonly code: string;
  readonly names: Readonly<Record<string, string>>;
  readonly paid: boolean;
  readonly retired: boolean;
}

/** `failed`: its time came and it could not be sent; somebody has to look at it. */
export type PlannedState = 'cancelled' | 'failed' | 'sent' | 'waiting';

/** A reply that is not sent at once. `held`: only for as long as it can be undone. `letter` is of e-mail only. */
export interface PlannedView {
  readonly id: string;
  readonly interaction_id: string;
  readonly person: NamedView;
  readonly author: NamedView;
  readonly channel: string;
  readonly text: string;
  readonly attachments: readonly Attachment[];
  readonly send_at: string;
  readonly made_at: string;
  readonly held: boolean;
  readonly unless_client_writes: boolean;
  readonly state: PlannedState;
  readonly reason: string;
  readonly version: number;
  readonly letter: WrittenLetter | null;
}

/** Touch received → card sent, in milliseconds, of the last offers. */
export interface PopView {
  readonly p50_ms: number | null;
  readonly p95_ms: number | null;
  readonly p99_ms: number | null;
}

/** What a client may agree to be written or called for. */
export type Purpose = 'marketing' | 'recording' | 'service' | 'survey';

/** How a queue stands right now. `ewt_s` is None while nothing is known. */
export interface QueueLineView {
  readonly id: string;
  readonly name: string;
  readonly waiting: number;
  readonly oldest_at: string | null;
  readonly ewt_s: number | null;
  readonly staffed: number;
  readonly available: number;
}

/** Whether what is said is kept. */
export type RecordingState = 'off' | 'on' | 'paused';

/** `accepted` is the assignment; the others are ways an offer ended. */
export type ReservationState = 'accepted' | 'declined' | 'expired' | 'offered' | 'withdrawn';

/** A conversation that this agent laid aside. */
export interface SnoozeView {
  readonly interaction_id: string;
  readonly person: NamedView;
  readonly queue: NamedView;
  readonly channel: string;
  readonly language: string;
  readonly until: string;
  readonly reason: string;
}

/**
 * A task. `person`, `case_id` and `interaction_id` are what it belongs to, if anything.
 *
 * `given_by` is who gave it to its owner, empty for what one gave oneself; `created_by` wrote it down first.
 * `if_no_answer`: it is done by itself when the client writes.
 */
export interface TaskView {
  readonly id: string;
  readonly title: string;
  readonly owner: NamedView;
  readonly created_by: string;
  readonly given_by: string;
  readonly created_at: string;
  readonly due_at: string | null;
  readonly done_at: string | null;
  readonly person: NamedView | null;
  readonly case_id: string | null;
  readonly case_number: number | null;
  readonly interaction_id: string | null;
  readonly version: number;
  readonly if_no_answer: boolean;
}

/** The worth of a client to the house; feeds the urgency of their work. */
export type Tier = 'gold' | 'silver' | 'standard';

/** What kind of thing passed. */
export type TouchKind = 'call' | 'form' | 'message' | 'missed_call' | 'note' | 'voicemail';

/** One touch. `author` is the agent who wrote it, or empty for the client's own. `letter` is of e-mail only. */
export interface TouchView {
  readonly id: string;
  readonly interaction_id: string;
  readonly seq: number;
  readonly channel: string;
  readonly direction: Direction;
  readonly kind: TouchKind;
  readonly at: string;
  readonly text: string;
  readonly attachments: readonly Attachment[];
  readonly author: string;
  readonly delivery: Delivery;
  readonly delivery_detail: string;
  readonly letter: LetterHeadView | null;
}

/** Somebody who has this conversation on the screen. */
export interface ViewerView {
  readonly id: string;
  readonly name: string;
}

/** One row of the line in front of this agent. `clocks` is what is due, in a queue that has such times. */
export interface WaitingView {
  readonly work_item_id: string;
  readonly person: string;
  readonly queue: string;
  readonly channel: string;
  readonly language: string;
  readonly first_queued_at: string;
  readonly place: number;
  readonly clocks: ClocksNow | null;
}

/**
 * Why this agent: the reason's stable name, numbers behind it, who else was considered and who was not.
 *
 * `reason` is `last_agent`, `only_one`, `least_loaded` or `longest_idle` when the router decided, and
 * `handed_over`, `given`, `taken_over`, `started` or `consulted` when a person did (`by`); `idle_s` is the
 * chosen one's idle time; `considered` counts the staff of the queue, `could` those who could take it now;
 * `next_names` are the ones who would have been asked next; `text` is the same in an English sentence.
 */
export interface Why {
  readonly reason: string;
  readonly chosen: string;
  readonly idle_s: number;
  readonly considered: number;
  readonly could: number;
  readonly next_names: readonly string[];
  readonly excluded: readonly Exclusion[];
  readonly place: number;
  readonly text: string;
  readonly by: string;
}

/** The life of a work item. */
export type WorkState = 'abandoned' | 'assigned' | 'callback' | 'cancelled' | 'completed' | 'flowed_out' | 'offered' | 'queued' | 'wrap_up';

/**
 * A row of the agent's Work list. `channel` here and where work is offered or waits: as it is shown, `voicemail`
 * for a message that was left on the telephone.
 *
 * `unanswered_since` is when the client, and no machine of theirs, first wrote without an answer since, and without
 * having ended the chat since; `unread` counts their messages after the last one read here; `ends_at` is the end of
 * the wrap-up; `clocks` is what is due, in a queue that has such times.
 */
export interface WorkView {
  readonly work_item_id: string;
  readonly interaction_id: string;
  readonly person: NamedView;
  readonly queue: NamedView;
  readonly channel: string;
  readonly language: string;
  readonly state: WorkState;
  readonly state_at: string;
  readonly first_queued_at: string;
  readonly ends_at: string | null;
  readonly last_touch: LastTouchView | null;
  readonly unanswered_since: string | null;
  readonly unread: number;
  readonly clocks: ClocksNow | null;
  readonly version: number;
}

/**
 * What its writer says of a letter beside text and files. An empty `subject` or `to` is as the hub proposes it.
 *
 * `html` is the text with formatting, or empty for a plain letter. `quote` is the letter whose words stand beneath;
 * `signed`: with the signature of the queue.
 */
export interface WrittenLetter {
  readonly subject: string;
  readonly to: readonly MailAddress[];
  readonly cc: readonly MailAddress[];
  readonly bcc: readonly MailAddress[];
  readonly html: string;
  readonly quote: string | null;
  readonly signed: boolean;
}
