// Made by `make gen` from the Python classes: change those. Times are RFC 3339, UTC.

import type {
  AgentState,
  AlarmView,
  CallView,
  CardIdentity,
  CaseStatus,
  ClientCard,
  ClocksNow,
  Confidence,
  Direction,
  DispositionView,
  DraftKind,
  DraftView,
  FieldKind,
  IdentityKind,
  MailAddress,
  MeView,
  MentionView,
  NamedView,
  PauseReason,
  PlannedView,
  Purpose,
  RecordingState,
  ReservationState,
  SnoozeView,
  TaskView,
  Tier,
  TouchView,
  Why,
  WorkState,
} from './views';

/** Rules of the house: whose roles must have a second factor. */
export interface AccessRules {
  readonly second_factor_roles: readonly ('admin' | 'agent' | 'dpo' | 'manager' | 'supervisor')[];
}

/** Rules of the house: whose roles must have a second factor. */
export interface AccessRulesView {
  readonly second_factor_roles: readonly string[];
}

/** An address as somebody typed it. */
export interface AddAddress {
  readonly kind: IdentityKind;
  readonly value: string;
  readonly confidence?: Confidence;
}

/** Who has an address: None when nobody has it, or nobody within reach. */
export interface AddressOwner {
  readonly value: string;
  readonly person: NamedView | null;
}

/** An address, and the name that stands beside it. */
export interface Addressee {
  readonly address: string;
  readonly name?: string;
}

/**
 * One agent's period, drawn and added up.
 *
 * `present_s` = `available_s` + `paused_s`. `busy_s` is wall-clock time with work, whatever the number of
 * chats; `idle_s` is available without work. `occupancy` = busy / (busy + idle); `on_plan` = (available or
 * busy) / present, the share of the time there that was for clients.
 */
export interface AgentDay {
  readonly agent_id: string;
  readonly name: string;
  readonly states: readonly StateSpan[];
  readonly work: readonly WorkSpan[];
  readonly present_s: number;
  readonly available_s: number;
  readonly paused_s: number;
  readonly pauses: readonly PauseSum[];
  readonly busy_s: number;
  readonly idle_s: number;
  readonly alert_s: number;
  readonly wrap_up_s: number;
  readonly handled: number;
  readonly occupancy: number | null;
  readonly on_plan: number | null;
}

/** The agents in reach, by name. `next` goes into `?after=`. */
export interface AgentDays {
  readonly from_at: string;
  readonly to_at: string;
  readonly as_of: string;
  readonly time_zone: string;
  readonly items: readonly AgentDay[];
  readonly next: string | null;
}

/** All agents this principal may see. */
export interface AgentPage {
  readonly items: readonly AgentView[];
  readonly next: string | null;
}

/** One row of the matrix. */
export interface AgentSetup {
  readonly id: string;
  readonly name: string;
  readonly skills: Readonly<Record<string, number>>;
  readonly voice: number;
  readonly chat: number;
  readonly mail: number;
  readonly queues: readonly string[];
}

/** To which agent the work goes, with a note; declined or not answered it waits in the queue. */
export interface AgentTransfer {
  readonly agent_id: string;
  readonly note?: string;
}

/** An agent and what they do now. `load` and `full` are units of attention. */
export interface AgentView {
  readonly id: string;
  readonly name: string;
  readonly state: AgentState;
  readonly pause_reason: string;
  readonly since: string;
  readonly load: number;
  readonly full: number;
  readonly queues: readonly string[];
}

/** What an agent is to be: `available`, `paused` (with a reason) or `offline`. */
export interface AgentWish {
  readonly state: string;
  readonly reason?: string;
}

/** A page of alarms, the newest first. `next` goes into `?after=`. */
export interface AlarmPage {
  readonly items: readonly AlarmView[];
  readonly next: string | null;
}

/** Thresholds of a queue; null is no alarm. `version` is the one that was read. */
export interface AlarmRulesBody {
  readonly waiting_over?: number | null;
  readonly oldest_over_s?: number | null;
  readonly level_below?: number | null;
  readonly nobody_available?: boolean;
  readonly version?: number;
}

/** Those of every queue in reach. */
export interface AlarmRulesPage {
  readonly items: readonly AlarmRulesView[];
  readonly next: string | null;
}

/** The thresholds of a queue as they are. */
export interface AlarmRulesView {
  readonly queue_id: string;
  readonly queue: string;
  readonly waiting_over: number | null;
  readonly oldest_over_s: number | null;
  readonly level_below: number | null;
  readonly nobody_available: boolean;
  readonly version: number;
}

/** Of each kind of news whether it is made heard. */
export interface AlertChoice {
  readonly offer?: boolean;
  readonly message?: boolean;
  readonly mention?: boolean;
  readonly reminder?: boolean;
}

/**
 * Keys, the newest first; `grantable` is what oneself may give to a new one, `grantable_by_queue` what of it a
 * key of some queues can have.
 */
export interface ApiKeyPage {
  readonly items: readonly ApiKeyView[];
  readonly next: string | null;
  readonly grantable: readonly string[];
  readonly grantable_by_queue: readonly string[];
}

/** A key, without what opens anything: `beginning` is its first characters. */
export interface ApiKeyView {
  readonly id: string;
  readonly name: string;
  readonly beginning: string;
  readonly permissions: readonly string[];
  readonly queue_ids: readonly string[] | null;
  readonly created_at: string;
  readonly expires_at: string | null;
  readonly used_at: string | null;
  readonly used_address: string;
  readonly revoked_at: string | null;
}

/** An article. No `queues`: for the whole house. `version` names what it is a change of; 0 for a new one. */
export interface ArticleBody {
  readonly texts?: Readonly<Record<string, ArticleTextBody>>;
  readonly category?: string;
  readonly tags?: readonly string[];
  readonly queues?: readonly string[];
  readonly state?: ArticleState;
  readonly is_public?: boolean;
  readonly version?: number;
}

/** An article in a list; title and the beginning in `language`. `languages` are all it is written in. */
export interface ArticleLine {
  readonly id: string;
  readonly slug: string;
  readonly title: string;
  readonly excerpt: string;
  readonly language: string;
  readonly languages: readonly string[];
  readonly category: string;
  readonly tags: readonly string[];
  readonly queues: readonly NamedView[];
  readonly state: ArticleState;
  readonly is_public: boolean;
  readonly version: number;
  readonly updated_at: string;
  readonly updated_by: string;
  readonly uses: number;
  readonly helpful_yes: number;
  readonly helpful_no: number;
  readonly link: string;
}

/** A page. */
export interface ArticleLines {
  readonly items: readonly ArticleLine[];
  readonly next: string | null;
}

/** Only a published article is shown to clients and suggested to agents. */
export type ArticleState = 'draft' | 'published';

/** An article in one language; `body` in the small Markdown of docs/knowledge.md. */
export interface ArticleTextBody {
  readonly title?: string;
  readonly body?: string;
}

/** An article in one language. */
export interface ArticleTextView {
  readonly title: string;
  readonly body: string;
}

/** How an article was after one change. */
export interface ArticleVersionView {
  readonly number: number;
  readonly at: string;
  readonly by: string;
  readonly reason: string;
  readonly texts: Readonly<Record<string, ArticleTextView>>;
  readonly category: string;
  readonly tags: readonly string[];
}

/** A page, newest first. */
export interface ArticleVersions {
  readonly items: readonly ArticleVersionView[];
  readonly next: string | null;
}

/** A whole article. `link` is its public address, empty while it has none. */
export interface ArticleView {
  readonly id: string;
  readonly slug: string;
  readonly texts: Readonly<Record<string, ArticleTextView>>;
  readonly category: string;
  readonly tags: readonly string[];
  readonly queues: readonly NamedView[];
  readonly state: ArticleState;
  readonly is_public: boolean;
  readonly version: number;
  readonly created_at: string;
  readonly updated_at: string;
  readonly updated_by: string;
  readonly uses: number;
  readonly helpful_yes: number;
  readonly helpful_no: number;
  readonly link: string;
  readonly may_change: boolean;
}

/** Which colleague is asked, and what. */
export interface Ask {
  readonly agent_id: string;
  readonly question: string;
}

/** Which version of the thing was seen. */
export interface AtVersion {
  readonly version: number;
}

/** A file as `POST /api/v1/attachments` answered it. The hub believes its own record of type and size. */
export interface AttachedFile {
  readonly sha256: string;
  readonly name: string;
  readonly media_type?: string;
  readonly size_bytes?: number;
}

/** One try. `status` is 0 when there was no answer; `answer` is its first KiB. */
export interface AttemptView {
  readonly at: string;
  readonly status: number;
  readonly error: string;
  readonly duration_ms: number;
  readonly answer: string;
}

/**
 * A walk along the chain: `rows_done` of `rows_total` fit so far.
 *
 * `first_bad` is the number of the first row that was changed, is missing, or is one too many; `bad_row` what
 * stands under that number now, null where nothing does. `problem` is one stable word when it failed.
 */
export interface AuditCheckView {
  readonly state: CheckState;
  readonly rows_done: number;
  readonly rows_total: number;
  readonly first_bad: number | null;
  readonly bad_row: AuditRow | null;
  readonly problem: string;
  readonly asked_by: string;
  readonly started_at: string | null;
  readonly ended_at: string | null;
}

/**
 * A page, newest first. `chain_ok` says whether every hash from the first row on fits, as found at
 * `chain_checked_at`; both are null while a long chain was not checked yet.
 */
export interface AuditPage {
  readonly items: readonly AuditRow[];
  readonly next: string | null;
  readonly chain_ok: boolean | null;
  readonly chain_checked_at: string | null;
}

/** One line of the audit log. `object_name` is empty for what has no name, or is gone. */
export interface AuditRow {
  readonly id: number;
  readonly at: string;
  readonly actor: string;
  readonly action: string;
  readonly object: string;
  readonly object_name: string;
  readonly result: string;
  readonly reason: string;
  readonly address: string;
}

/** What a client is told at once, by language. */
export interface AutoAnswerBody {
  readonly texts?: Readonly<Record<string, string>>;
}

/** Why held work goes back to its line. */
export interface BackToQueue {
  readonly reason?: string;
}

/** The hours as they shall be, and the version they were read at. */
export interface CalendarChange {
  readonly version: number;
  readonly calendar: CalendarDraft;
}

/** Hours under a name; `week` begins with Monday. */
export interface CalendarDraft {
  readonly name: string;
  readonly zone: string;
  readonly week: readonly (readonly SlotBody[])[];
  readonly days?: readonly SpecialDayBody[];
  readonly country?: string;
  readonly region?: string;
}

/** All calendars. */
export interface CalendarPage {
  readonly items: readonly CalendarView[];
  readonly next: string | null;
}

/** Hours, the queues that keep them, and how they stand now. */
export interface CalendarView {
  readonly id: string;
  readonly version: number;
  readonly name: string;
  readonly zone: string;
  readonly week: readonly (readonly Slot[])[];
  readonly days: readonly SpecialDay[];
  readonly country: string;
  readonly region: string;
  readonly queues: readonly string[];
  readonly is_open: boolean;
  readonly changes_at: string | null;
}

/** Calls, the oldest first. */
export interface CallPage {
  readonly items: readonly CallView[];
  readonly next: string | null;
}

/** The client's card; `may_edit` says whether it is within the reach of one's edits. */
export interface CardAnswer {
  readonly card: ClientCard;
  readonly may_edit: boolean;
}

/**
 * One change of a case: when, by whom, what (`card_case_…`, as in a person's history), what it was and is.
 *
 * Of a step (`opened`, `closed`, `pending`, `reopened`) `now` is the subject; instants are RFC 3339.
 */
export interface CaseFactView {
  readonly at: string;
  readonly by: string;
  readonly kind: string;
  readonly was: string;
  readonly now: string;
}

/** What was changed of a case, the newest first, at most 200. */
export interface CaseHistory {
  readonly items: readonly CaseFactView[];
  readonly next: string | null;
}

/** A page, newest first. */
export interface CasePage {
  readonly items: readonly CaseView[];
  readonly next: string | null;
}

/** A case. `owner` is None while nobody has it; `interactions` are those it came up in. */
export interface CaseView {
  readonly id: string;
  readonly number: number;
  readonly person: NamedView;
  readonly subject: string;
  readonly status: CaseStatus;
  readonly public_status: string;
  readonly promised_at: string | null;
  readonly owner: NamedView | null;
  readonly opened_at: string;
  readonly closed_at: string | null;
  readonly version: number;
  readonly interactions: readonly string[];
}

/** All categories. */
export interface CategoryPage {
  readonly items: readonly CategoryView[];
  readonly next: string | null;
}

/** A category in use. */
export interface CategoryView {
  readonly name: string;
  readonly articles: number;
}

/** One cell of the matrix: what was seen in it, and what it shall be. */
export interface CellChange {
  readonly agent_id: string;
  readonly what: string;
  readonly key: string;
  readonly before: number;
  readonly after: number;
}

/** The user as it shall be; `version` is the one that was read. */
export interface ChangedUser {
  readonly login: string;
  readonly name: string;
  readonly teams: readonly RoleTeam[];
  readonly disabled: boolean;
  readonly version: number;
}

/** The webhook as it shall be; `version` is the one that was read. */
export interface ChangedWebhook {
  readonly name: string;
  readonly url: string;
  readonly events: readonly string[];
  readonly enabled: boolean;
  readonly version: number;
}

/** Whether a channel takes and sends now. `off` is by the settings, `down` is not. */
export type ChannelState = 'down' | 'live' | 'off';

/** `live`, `down`, or `off` by the settings. */
export interface ChannelStatus {
  readonly channel: string;
  readonly state: string;
}

/** `running → whole | broken | cancelled | failed`; `never` before the first one of this process. */
export type CheckState = 'broken' | 'cancelled' | 'failed' | 'never' | 'running' | 'whole';

/** One answer to choose. */
export interface ChoiceBody {
  readonly code: string;
  readonly names?: Readonly<Record<string, string>>;
}

/** What is written into a field. */
export type ClientFieldKind = 'choice' | 'date' | 'number' | 'text' | 'yes_no';

/** All fields, in their order. */
export interface ClientFieldPage {
  readonly items: readonly ClientFieldView[];
  readonly next: string | null;
}

/** A field of the house on its clients' cards. */
export interface ClientFieldView {
  readonly id: string;
  readonly label: string;
  readonly kind: ClientFieldKind;
  readonly choices: readonly string[];
  readonly required: boolean;
  readonly position: number;
  readonly version: number;
}

/** The outcome, with the answers to its form by their codes. */
export interface Close {
  readonly disposition: string;
  readonly note?: string;
  readonly fields?: Readonly<Record<string, boolean | number | string>>;
}

/** A code of the authenticator. */
export interface CodeGiven {
  readonly code: string;
}

/** People, by name. */
export interface ColleaguePage {
  readonly items: readonly ColleagueView[];
  readonly next: string | null;
}

/** Somebody who may be named in a note. */
export interface ColleagueView {
  readonly id: string;
  readonly name: string;
  readonly roles: readonly string[];
}

/** `weak` names each setting that could lose what was acknowledged, with its value; empty when there is none. */
export interface DatabaseStatus {
  readonly kind: string;
  readonly size_bytes: number;
  readonly weak: readonly string[];
}

/** Why the agent does not take it. */
export interface Decline {
  readonly reason?: string;
}

/** Deliveries, the newest first. */
export interface DeliveryPage {
  readonly items: readonly DeliveryView[];
  readonly next: string | null;
}

/** One event for one webhook: `waiting`, `done` or `given_up`. */
export interface DeliveryView {
  readonly id: string;
  readonly event: string;
  readonly state: string;
  readonly made_at: string;
  readonly next_at: string | null;
  readonly attempts: number;
  readonly body: string;
  readonly tries: readonly AttemptView[];
}

/** How one's desk phone signs in, without the password. `made_at` is null while no account was made. */
export interface DeskAccountView {
  readonly username: string;
  readonly realm: string;
  readonly uri: string;
  readonly server: string;
  readonly made_at: string | null;
}

/**
 * Whom to call: a number, or a client (at `identity`, one of their numbers; else at their first).
 *
 * In `interaction_id`, which one has in hand, or as work of `queue_id` (else of one's first queue).
 */
export interface Dial {
  readonly number?: string | null;
  readonly person_id?: string | null;
  readonly identity?: string | null;
  readonly queue_id?: string | null;
  readonly interaction_id?: string | null;
}

/** The disk of the data folder. `is_low`: under 1 GiB is free. */
export interface DiskStatus {
  readonly free_bytes: number;
  readonly total_bytes: number;
  readonly is_low: boolean;
}

/** The outcome recorded at close: a code of the house, a note, and the answers to its form by their codes. */
export interface Disposition {
  readonly code: string;
  readonly note: string;
  readonly fields: Readonly<Record<string, boolean | number | string>>;
}

/** The outcomes. */
export interface DispositionPage {
  readonly items: readonly DispositionView[];
  readonly next: string | null;
}

/** It is done. */
export interface Done {
  readonly ok: boolean;
}

/** A page. It may be empty and go on all the same: so far was looked, and no further. */
export interface DoublePage {
  readonly items: readonly DoubleView[];
  readonly next: string | null;
}

/** Two records that may be one person, the older one first. `reasons` are stable words, the strongest first. */
export interface DoubleView {
  readonly one: PersonView;
  readonly other: PersonView;
  readonly reasons: readonly string[];
}

/** The drafts of one user for one conversation: two at most. */
export interface DraftPage {
  readonly items: readonly DraftView[];
  readonly next: string | null;
}

/** What somebody began to write. `version` is of the newest draft this window has seen, 0 for none. */
export interface DraftText {
  readonly kind: DraftKind;
  readonly channel?: string;
  readonly text?: string;
  readonly attachments?: readonly AttachedFile[];
  readonly mentions?: readonly string[];
  readonly window?: string;
  readonly version?: number;
  readonly letter?: LetterToSend | null;
}

/** What is to be different; what is left out stays. `interaction_id` is one more that belongs to it. */
export interface EditCase {
  readonly version: number;
  readonly subject?: string | null;
  readonly status?: CaseStatus | null;
  readonly public_status?: string | null;
  readonly promised_at?: string | null;
  readonly owner_id?: string | null;
  readonly interaction_id?: string | null;
}

/** The field as it shall be; its kind stays. */
export interface EditClientField {
  readonly version: number;
  readonly label: string;
  readonly choices?: readonly string[];
  readonly required?: boolean;
  readonly position?: number;
}

/** What is to be different; what is left out stays. */
export interface EditOrganization {
  readonly version: number;
  readonly name?: string | null;
  readonly note?: string | null;
  readonly domain?: string | null;
  readonly phone?: string | null;
  readonly tags?: readonly string[] | null;
}

/**
 * What is to be different on the card; what is left out stays. `version` is the card's one was looking at.
 *
 * An empty `organization_id` means none; in `fields` (by the id of the field) an empty text empties it.
 */
export interface EditPerson {
  readonly version: number;
  readonly name?: string | null;
  readonly language?: string | null;
  readonly tier?: Tier | null;
  readonly organization_id?: string | null;
  readonly tags?: readonly string[] | null;
  readonly fields?: Readonly<Record<string, string>> | null;
}

/** What is to be different; what is left out stays. */
export interface EditTask {
  readonly version: number;
  readonly title?: string | null;
  readonly owner_id?: string | null;
  readonly due_at?: string | null;
  readonly done?: boolean | null;
}

/** Why a recording is no more. */
export type Erased = 'asked' | 'kept_long_enough';

/** A test of one part: when it ended, how long it took, what it found. */
export interface ExaminedView {
  readonly at: string;
  readonly took_ms: number;
  readonly findings: readonly FindingView[];
}

/** Everything the router did with an interaction. */
export interface Explained {
  readonly reservations: readonly ReservationView[];
  readonly segments: readonly SegmentView[];
}

/**
 * The file's form; `csv_bom` begins with a byte order mark, by which Excel knows UTF-8. `vcard` is of
 * clients only.
 */
export type ExportForm = 'csv' | 'csv_bom' | 'vcard' | 'xlsx';

/** A column of the file, and what stands above it. */
export interface ExportHeading {
  readonly column: string;
  readonly title: string;
}

/** A page, the newest first. A file has at most `row_limit` rows. */
export interface ExportPage {
  readonly items: readonly ExportView[];
  readonly next: string | null;
  readonly row_limit: number;
}

/** `queued → running → done → expired`; `failed` and `cancelled` end it too. A restart begins it anew. */
export type ExportState = 'cancelled' | 'done' | 'expired' | 'failed' | 'queued' | 'running';

/** An export. `rows_total` is 0 while it is not known; `problem` is one stable word. */
export interface ExportView {
  readonly id: string;
  readonly form: ExportForm;
  readonly query: string;
  readonly state: ExportState;
  readonly rows_done: number;
  readonly rows_total: number;
  readonly size_bytes: number;
  readonly problem: string;
  readonly owner: string;
  readonly is_mine: boolean;
  readonly created_at: string;
  readonly ended_at: string | null;
  readonly expires_at: string | null;
}

/** One question of the form. */
export interface FieldBody {
  readonly code: string;
  readonly names?: Readonly<Record<string, string>>;
  readonly kind: FieldKind;
  readonly required?: boolean;
  readonly choices?: readonly ChoiceBody[];
}

/** One figure: its name in terms.md, its value (None: nothing to compute from), unit, and formula. */
export interface FigureView {
  readonly name: string;
  readonly value: number | null;
  readonly unit: string;
  readonly formula: string;
}

/** What visitors may send: files a message, bytes a file, media types (a part of FILE_TYPES). */
export interface FileRules {
  readonly most: number;
  readonly most_bytes: number;
  readonly types: readonly string[];
}

/** What visitors may send. */
export interface FileRulesBody {
  readonly most?: number;
  readonly most_bytes?: number;
  readonly types?: readonly string[];
}

/** A file that was brought; a reply or a note carries it as it stands here. */
export interface FileView {
  readonly sha256: string;
  readonly name: string;
  readonly media_type: string;
  readonly size_bytes: number;
}

/**
 * What a test found: `text` and `remedy` (empty when nothing needs to be done) in English, `code` and `values`
 * for whoever speaks another language.
 */
export interface FindingView {
  readonly health: Health;
  readonly code: string;
  readonly values: Readonly<Record<string, number | string>>;
  readonly text: string;
  readonly remedy: string;
}

/**
 * A letter to an address, by one of our accounts, as work of a queue. `name` is what the person is called, if
 * nobody is known by that address.
 */
export interface FirstLetter {
  readonly queue_id: string;
  readonly address: string;
  readonly name?: string;
  readonly text?: string;
  readonly attachments?: readonly AttachedFile[];
  readonly letter: LetterToSend;
  readonly account?: string;
  readonly hold_s?: number;
}

/** A password that has to be changed at the first sign-in; without one there is an invitation. */
export interface FirstPassword {
  readonly password?: string | null;
}

/**
 * One open pass. `agent_id` is who has it or is being asked; `place` counts the line of its queue, 0 in hand;
 * `clocks` is what is due to the client.
 */
export interface FloorWork {
  readonly work_item_id: string;
  readonly interaction_id: string;
  readonly person: string;
  readonly queue_id: string;
  readonly queue: string;
  readonly channel: string;
  readonly language: string;
  readonly state: WorkState;
  readonly state_at: string;
  readonly first_queued_at: string;
  readonly agent_id: string;
  readonly agent: string;
  readonly priority: number;
  readonly place: number;
  readonly clocks: ClocksNow | null;
}

/** A page: those who wait in the order of their lines, then what is in hand. `next` goes into `?after=`. */
export interface FloorWorkPage {
  readonly items: readonly FloorWork[];
  readonly next: string | null;
}

/** The name of one's own view. */
export interface ForgetLogView {
  readonly name: string;
}

/** One answer of a choice: its stable value, and its label by language. */
export interface FormChoice {
  readonly value: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** One field of the form before the chat. `labels` by language; `choices` for a choice only. */
export interface FormField {
  readonly key: string;
  readonly kind: FormFieldKind;
  readonly labels: Readonly<Record<string, string>>;
  readonly required: boolean;
  readonly choices: readonly FormChoice[];
}

/** What a field of the pre-chat form asks for. */
export type FormFieldKind = 'choice' | 'email' | 'name' | 'phone' | 'text';

/** A way as it was listed; `account` may be empty where one account reaches that address. */
export interface GoOnThere {
  readonly channel: string;
  readonly address: string;
  readonly account?: string;
}

/** What a row of the report is. */
export type GroupBy = 'agent' | 'channel' | 'day' | 'hour' | 'queue' | 'week';

/** The figures of [from_at, to_at) as known at `as_of`, beside those of the period before. */
export interface GroupedReport {
  readonly by: GroupBy;
  readonly time_zone: string;
  readonly from_at: string;
  readonly to_at: string;
  readonly before_from_at: string;
  readonly before_to_at: string;
  readonly as_of: string;
  readonly total: ReportGroup;
  readonly items: readonly ReportGroup[];
  readonly next: string | null;
}

/** Whom the call goes to. */
export interface HandOver {
  readonly to: ToWhom;
}

/** Somebody work can be handed to or who can be asked. `is_free`: there, not paused, with room for a chat. */
export interface HandingAgent {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly pause_reason: string;
  readonly is_there: boolean;
  readonly is_free: boolean;
  readonly queues: readonly string[];
}

/** Colleagues who share a queue, those who are free first. */
export interface HandingPage {
  readonly items: readonly HandingAgent[];
  readonly next: string | null;
}

/** A column of the file, and what stands above it. */
export interface Heading {
  readonly column: string;
  readonly title: string;
}

/** How a part is. Only `fail` keeps a hub from working. */
export type Health = 'fail' | 'ok' | 'warn';

/** A public holiday. */
export interface Holiday {
  readonly on: string;
  readonly name: string;
}

/** The public holidays of a year. */
export interface HolidayPage {
  readonly items: readonly Holiday[];
  readonly next: string | null;
}

/** The zone in which days and hours of the house are counted, and what time it is. */
export interface HouseTime {
  readonly time_zone: string;
  readonly now: string;
}

/**
 * What became of the rows so far: `added + updated + skipped + bad` is `rows_done`; `maybe` of those added may be
 * somebody we have.
 */
export interface ImportCounts {
  readonly added: number;
  readonly updated: number;
  readonly skipped: number;
  readonly bad: number;
  readonly maybe: number;
}

/** What the file is. */
export type ImportForm = 'csv' | 'vcard';

/** Of what its rows are. */
export type ImportKind = 'organizations' | 'persons';

/**
 * A page, the newest first. `targets` are what a column may say of a client, beside the fields of the house;
 * `organization_targets` what it may say of an organization.
 */
export interface ImportPage {
  readonly items: readonly ImportView[];
  readonly next: string | null;
  readonly targets: readonly string[];
  readonly organization_targets: readonly string[];
}

/** The first rows. */
export interface ImportPreview {
  readonly items: readonly TriedRow[];
}

/**
 * `ready → queued → running → done`; `failed` and `cancelled` end it too. A restart goes on where it was. One that
 * failed by a fault of ours can be queued again, and cancelled, as long as its file is kept.
 */
export type ImportState = 'cancelled' | 'done' | 'failed' | 'queued' | 'ready' | 'running';

/**
 * An import. `mapping` has a target for each of `columns`, empty for one that is left out; `problem` is one stable
 * word; at `expires_at` its file is deleted, unless somebody starts it or goes on with it before.
 */
export interface ImportView {
  readonly id: string;
  readonly kind: ImportKind;
  readonly name: string;
  readonly form: ImportForm;
  readonly encoding: string;
  readonly delimiter: string;
  readonly columns: readonly string[];
  readonly mapping: readonly string[];
  readonly on_known: OnKnown;
  readonly state: ImportState;
  readonly rows_done: number;
  readonly rows_total: number;
  readonly counts: ImportCounts;
  readonly problem: string;
  readonly owner: string;
  readonly is_mine: boolean;
  readonly created_at: string;
  readonly ended_at: string | null;
  readonly expires_at: string | null;
}

/** A page, newest first. `next` goes into `?after=`. */
export interface InteractionPage {
  readonly items: readonly InteractionView[];
  readonly next: string | null;
}

/** An interaction is open until somebody closes it; nothing reopens it. */
export type InteractionState = 'closed' | 'open';

/**
 * One engagement. `reply_channels` are those on which this principal may answer now, where the client was heard
 * last first.
 */
export interface InteractionView {
  readonly id: string;
  readonly person: NamedView;
  readonly queue: NamedView;
  readonly channel: string;
  readonly language: string;
  readonly state: InteractionState;
  readonly opened_at: string;
  readonly closed_at: string | null;
  readonly agent: NamedView | null;
  readonly work_item_id: string | null;
  readonly work_state: WorkState | null;
  readonly disposition: Disposition | null;
  readonly last_seq: number;
  readonly last_text: string;
  readonly reply_channels: readonly string[];
}

/** Shown once: the page `/welcome` of the console takes login and token. */
export interface InvitationView {
  readonly login: string;
  readonly token: string;
  readonly ends_at: string;
}

/** The new user, and the invitation unless a first password was given. */
export interface InvitedUser {
  readonly user: UserView;
  readonly invitation: InvitationView | null;
}

/** The other record, and whether they are two people. */
export interface KeepApart {
  readonly other_id: string;
  readonly apart?: boolean;
}

/** The draft as it is kept. `replaced_other`: another window had written since. */
export interface KeptDraft {
  readonly draft: DraftView;
  readonly replaced_other: boolean;
}

/**
 * A row that somebody should look at. Of a `maybe`: who was added (`person_id` or `organization_id`), who they may
 * be and by which reason. Of a bad one that may mean two clients (`of_several`): `person_id` and `other_id`.
 */
export interface KeptRow {
  readonly number: number;
  readonly kind: RowKind;
  readonly reason: string;
  readonly column: string;
  readonly cells: readonly string[];
  readonly person_id: string | null;
  readonly organization_id: string | null;
  readonly name: string;
  readonly other_id: string | null;
  readonly other_name: string;
}

/** Rows to look at, by their numbers. */
export interface KeptRowPage {
  readonly items: readonly KeptRow[];
  readonly next: string | null;
}

/** Keys of a telephone: 0-9 * # A-D. */
export interface Keys {
  readonly keys: string;
}

/** What came of a letter that could not be read, in a few words. */
export interface LetterHandling {
  readonly note: string;
}

/** What fits into a letter. `files_bytes` is of all its files together. */
export interface LetterLimits {
  readonly recipients: number;
  readonly subject_chars: number;
  readonly text_chars: number;
  readonly html_chars: number;
  readonly files: number;
  readonly file_bytes: number;
  readonly files_bytes: number;
}

/**
 * What a letter begins with.
 *
 * `closed` is empty, or says why none can be sent: `no_session`, `no_account`, `account_off`, `no_outgoing_server`.
 * `sender` is what stands in From. `cc_of_all` is Cc of an answer to everybody; `reply_to` is where the client asked
 * for answers, where that is not proposed as `to`: nothing shows that it is theirs. `signature` and `quoted` are as
 * they would stand in the letter, in both forms; `quote` is the letter that `quoted` quotes, `quotes`: that is
 * usual here. All of it is what the hub uses by itself for a reply without a `letter`.
 */
export interface LetterPaper {
  readonly closed: string;
  readonly sender: MailAddress;
  readonly to: readonly MailAddress[];
  readonly cc_of_all: readonly MailAddress[];
  readonly reply_to: readonly MailAddress[];
  readonly subject: string;
  readonly language: string;
  readonly signature: string;
  readonly signature_html: string;
  readonly quotes: boolean;
  readonly quote: string | null;
  readonly quoted: string;
  readonly quoted_html: string;
  readonly limits: LetterLimits;
}

/**
 * What an e-mail has besides text and files. An empty `subject` or `to` is as `GET …/letter` proposes it.
 *
 * `html` is the text with formatting (the plain form is `text`, or made from it where that is empty); `quote` names
 * the letter whose words stand beneath, `signed` adds the signature of the queue.
 */
export interface LetterToSend {
  readonly subject?: string;
  readonly to?: readonly Addressee[];
  readonly cc?: readonly Addressee[];
  readonly bcc?: readonly Addressee[];
  readonly html?: string;
  readonly quote?: string | null;
  readonly signed?: boolean;
}

/**
 * What of a letter is shown on demand. `html` is sanitised and for a frame without scripts and without a network:
 * `data-part` numbers name the touch's attachments from 0, `data-remote-src` images that nothing fetches by itself.
 */
export interface LetterView {
  readonly html: string;
  readonly quoted: string;
}

/** How many rows a filter finds; `is_more`: at least so many. */
export interface LogCount {
  readonly count: number;
  readonly is_more: boolean;
}

/** A thing of which the log shows the name. */
export interface LogName {
  readonly id: string;
  readonly name: string;
}

/** A page of the log. `next` goes into `?after=`; with a text a page may be short, and still have one. */
export interface LogPage {
  readonly items: readonly LogRow[];
  readonly next: string | null;
}

/** All passes of one interaction, in order. */
export interface LogPassList {
  readonly items: readonly LogRow[];
  readonly next: string | null;
}

/**
 * One pass through a queue.
 *
 * `wait_s` is until the outcome, or until now; `handle_s` its talk, hold, text and wrap-up; `duration_s` from
 * the first moment in line to the end of the work, None while it is under way. `direction` is `outbound` for a
 * pass that one of us began, which no figure of a queue counts. `passes` is how many passes the
 * interaction has. `score` is the client's rating of the interaction, 1 to 5, on the pass it
 * belongs to.
 */
export interface LogRow {
  readonly id: string;
  readonly interaction_id: string;
  readonly person: LogName;
  readonly tier: string;
  readonly queue: LogName;
  readonly channel: string;
  readonly direction: Direction;
  readonly language: string;
  readonly state: WorkState;
  readonly outcome: Outcome;
  readonly first_queued_at: string;
  readonly answered_at: string | null;
  readonly ended_at: string | null;
  readonly agent: LogName | null;
  readonly wait_s: number;
  readonly handle_s: number;
  readonly duration_s: number | null;
  readonly disposition: string;
  readonly note: string;
  readonly score: number | null;
  readonly comment: string;
  readonly passes: number;
  readonly last_text: string;
}

/** Tags as they are written on cards, by name. */
export interface LogTagList {
  readonly items: readonly string[];
  readonly next: string | null;
}

/** A filter with a name. `query` is what stands in the address; `shared` is empty, `team` or `house`. */
export interface LogView {
  readonly name: string;
  readonly query: string;
  readonly shared: string;
  readonly owner: string;
  readonly is_mine: boolean;
}

/** Views one may use. `may_share` says how far one may share: empty, `team` or `house`. */
export interface LogViewList {
  readonly items: readonly LogView[];
  readonly next: string | null;
  readonly may_share: string;
}

/** What was done, in order, up to the first failure. `insert` is what belongs into the field of the reply. */
export interface MacroResult {
  readonly steps: readonly StepResult[];
  readonly is_done: boolean;
  readonly insert: string;
}

/** The new key. `token` is shown here and nowhere else. */
export interface MadeApiKey {
  readonly key: ApiKeyView;
  readonly token: string;
}

/** The new secret. `told` is shown here and nowhere else. */
export interface MadeSiteSecret {
  readonly secret: SiteSecretView;
  readonly told: string;
}

/** The new webhook. `secret` is shown here and nowhere else. */
export interface MadeWebhook {
  readonly webhook: WebhookView;
  readonly secret: string;
}

/** An address of ours. */
export interface MailAccountBody {
  readonly name: string;
  readonly address: string;
  readonly queue_id: string;
  readonly enabled?: boolean;
  readonly setup?: MailSetupBody;
  readonly secrets?: MailSecretsBody;
}

/** An account as it is to be, and the version it is changed from. */
export interface MailAccountChange {
  readonly version: number;
  readonly account: MailAccountBody;
}

/** All accounts, by name. */
export interface MailAccountPage {
  readonly items: readonly MailAccountView[];
  readonly next: string | null;
}

/**
 * An account. `secrets_set` names which secrets are kept; `receiving` and `sending` say how it fares: `off`,
 * `unknown` (not tried yet), `reading`, `waiting`, `works`, `broken`; `trouble` why, in English.
 * `trouble_code` names that sentence and `trouble_values` what stands in it, of which `quote` is in the server's own
 * words.
 */
export interface MailAccountView {
  readonly id: string;
  readonly version: number;
  readonly name: string;
  readonly address: string;
  readonly queue_id: string;
  readonly enabled: boolean;
  readonly setup: MailSetupBody;
  readonly secrets_set: readonly string[];
  readonly receiving: string;
  readonly sending: string;
  readonly since: string | null;
  readonly trouble: string;
  readonly trouble_code: string;
  readonly trouble_values: Readonly<Record<string, number | string>>;
}

/** Letters whose field contains these words are treated so. */
export interface MailRuleBody {
  readonly looks_at: RuleField;
  readonly contains: string;
  readonly queue_id?: string | null;
  readonly skills?: Readonly<Record<string, number>>;
  readonly language?: string;
  readonly priority?: number;
}

/** Passwords and tokens; an empty one leaves what there is. None of them is ever answered. */
export interface MailSecretsBody {
  readonly incoming_password?: string;
  readonly outgoing_password?: string;
  readonly client_secret?: string;
  readonly refresh_token?: string;
}

/** A server and how to sign in there. */
export interface MailServerBody {
  readonly host: string;
  readonly port: number;
  readonly security?: Security;
  readonly sign_in?: MailSignIn;
  readonly username?: string;
  readonly certificate?: string;
}

/** All that an account may choose. Without `incoming` nothing is fetched, without `outgoing` nothing is sent. */
export interface MailSetupBody {
  readonly incoming?: MailServerBody | null;
  readonly folder?: string;
  readonly read_folder?: string;
  readonly outgoing?: MailServerBody | null;
  readonly oauth?: OAuthBody | null;
  readonly display_name?: string;
  readonly aliases?: readonly string[];
  readonly trusted_host?: string;
  readonly language?: string;
  readonly rules?: readonly MailRuleBody[];
  readonly signatures?: Readonly<Record<string, string>>;
  readonly auto_answer?: AutoAnswerBody;
  readonly quotes?: boolean;
  readonly subaddress?: boolean;
  readonly import_old?: boolean;
}

/** How the hub proves who it is: by password, or by a token of OAuth 2 (SASL XOAUTH2). */
export type MailSignIn = 'none' | 'oauth' | 'password';

/** An account to be tried out; `account_id` names the kept one whose secrets stand in for empty ones. */
export interface MailTrial {
  readonly account_id?: string | null;
  readonly account: MailAccountBody;
}

/** What the servers said. Nothing was sent. */
export interface MailTrialResult {
  readonly items: readonly MailTried[];
  readonly next: string | null;
}

/**
 * What came of one server: `part` is `incoming` or `outgoing`. `said` is it in English; `code` names that sentence
 * and `values` what stands in it, of which `quote` is in the server's own words.
 */
export interface MailTried {
  readonly part: string;
  readonly ok: boolean;
  readonly said: string;
  readonly code: string;
  readonly values: Readonly<Record<string, number | string>>;
}

/** Whether it is proved that the address is theirs. */
export interface MarkAddress {
  readonly confidence: Confidence;
}

/** Mentions that were not read, newest first. */
export interface MentionPage {
  readonly items: readonly MentionView[];
  readonly next: string | null;
}

/** The other record of the same person. */
export interface MergeWith {
  readonly other_id: string;
}

/** A short word that stays at the desk until it is read. */
export interface Message {
  readonly text: string;
}

/** Today in the time zone of the house, as far as it has come by `as_of`. */
export interface MyDay {
  readonly from_at: string;
  readonly to_at: string;
  readonly as_of: string;
  readonly time_zone: string;
  readonly figures: readonly FigureView[];
  readonly pauses: readonly PauseSum[];
}

/** A key to be made. Without `queue_ids` it reaches as far as whoever makes it; without `days` it stays good. */
export interface NewApiKey {
  readonly name: string;
  readonly permissions: readonly string[];
  readonly queue_ids?: readonly string[] | null;
  readonly days?: number | null;
}

/** A matter of this client; without `owner_id` it belongs to whoever opens it. */
export interface NewCase {
  readonly subject: string;
  readonly promised_at?: string | null;
  readonly owner_id?: string | null;
  readonly interaction_id?: string | null;
}

/** A field of the house on its clients' cards; a choice has `choices`. */
export interface NewClientField {
  readonly label: string;
  readonly kind: ClientFieldKind;
  readonly choices?: readonly string[];
  readonly required?: boolean;
}

/** A company by its name. */
export interface NewOrganization {
  readonly name: string;
}

/** For the authenticator, shown once. `matrix` is the QR code: a row a text, 1 is dark. */
export interface NewSecondFactor {
  readonly secret: string;
  readonly uri: string;
  readonly matrix: readonly string[];
}

/** A number as one types it, and what it is. */
export interface NewSharedLine {
  readonly value: string;
  readonly label?: string;
}

/** A site under a new key. */
export interface NewSite {
  readonly key: string;
  readonly site: SiteDraft;
}

/**
 * Something to do; without `owner_id` for oneself. `for_team`: for whoever serves the queue of the conversation;
 * `if_no_answer`: by `due_at`, unless the client writes before: then it is done by itself.
 */
export interface NewTaskBody {
  readonly title: string;
  readonly owner_id?: string | null;
  readonly due_at?: string | null;
  readonly person_id?: string | null;
  readonly case_id?: string | null;
  readonly interaction_id?: string | null;
  readonly for_team?: boolean;
  readonly if_no_answer?: boolean;
}

/** Somebody who may sign in. Without a password they get an invitation. */
export interface NewUser {
  readonly login: string;
  readonly name: string;
  readonly teams: readonly RoleTeam[];
  readonly password?: string | null;
}

/** Where to tell what. */
export interface NewWebhookBody {
  readonly name: string;
  readonly url: string;
  readonly events: readonly string[];
}

/** A note among ourselves. `mentions` are told of it, and may read this interaction from then on. */
export interface Note {
  readonly text?: string;
  readonly attachments?: readonly AttachedFile[];
  readonly mentions?: readonly string[];
}

/** Where access tokens are had. */
export interface OAuthBody {
  readonly token_url: string;
  readonly client_id: string;
  readonly scope?: string;
}

/** What is done with a row of somebody who is known by an address in it, of an organization that we have. */
export type OnKnown = 'skip' | 'update';

/** Companies found, by name. */
export interface OrganizationPage {
  readonly items: readonly OrganizationView[];
  readonly next: string | null;
}

/** A company; `persons` counts those who belong to it, `may_edit` is told of one that is shown by itself. */
export interface OrganizationView {
  readonly id: string;
  readonly name: string;
  readonly note: string;
  readonly persons: number;
  readonly version: number;
  readonly domain: string;
  readonly phone: string;
  readonly tags: readonly string[];
  readonly may_edit: boolean;
}

/**
 * What goes on with a company, as far as its clients are within reach: the newest of each first, tasks by due
 * time. Nobody sees tasks who may not work on any.
 */
export interface OrganizationWork {
  readonly cases: readonly CaseView[];
  readonly tasks: readonly TaskView[];
  readonly interactions: readonly InteractionView[];
}

/** What became of a pass, as of a moment: exactly one of these, so the counts add up to `offered`. */
export type Outcome = 'abandoned' | 'answered' | 'callback' | 'flowed_out' | 'still_waiting';

/** One outcome, with its form. */
export interface OutcomeBody {
  readonly code: string;
  readonly name?: string;
  readonly note_required?: boolean;
  readonly names?: Readonly<Record<string, string>>;
  readonly queues?: readonly string[];
  readonly parent?: string;
  readonly fields?: readonly FieldBody[];
  readonly retired?: boolean;
}

/** All outcomes in their order, and the revision that was seen. */
export interface OutcomeList {
  readonly seen: string;
  readonly items: readonly OutcomeBody[];
}

/** All outcomes, retired ones too; `revision` is what a change must have seen. */
export interface OutcomePage {
  readonly items: readonly DispositionView[];
  readonly revision: string;
  readonly next: string | null;
}

/** Where work goes that has waited `after_s`, or that stands behind the first `length` of the line. */
export interface Overflow {
  readonly queue_id: string;
  readonly after_s: number | null;
  readonly length: number | null;
}

/** Where work goes after so much waiting, or from so long a line on. */
export interface OverflowBody {
  readonly queue_id: string;
  readonly after_s?: number | null;
  readonly length?: number | null;
}

/** The old one, to prove who is there, and the new one. */
export interface OwnPassword {
  readonly old: string;
  readonly password: string;
}

/** All parts, the channels last. */
export interface PartPage {
  readonly items: readonly PartView[];
}

/** A part that can be tested. `state` (`live`, `down`, `off`) is a channel's, null for what is none. */
export interface PartView {
  readonly part: string;
  readonly state: ChannelState | null;
  readonly latest: ExaminedView | null;
}

/** One's password, to prove who is there. */
export interface PasswordGiven {
  readonly password: string;
}

/** It is set; `invitation` is there unless a first password was given. */
export interface PasswordSet {
  readonly invitation: InvitationView | null;
}

/**
 * What was said meanwhile is not there. `at_s` is where in the recording it would be; `ended_at` is None while
 * it lasts, and when the recording ended within it.
 */
export interface Pause {
  readonly at_s: number;
  readonly started_at: string;
  readonly ended_at: string | null;
}

/** One reason for a pause. */
export interface PauseBody {
  readonly code: string;
  readonly names?: Readonly<Record<string, string>>;
  readonly paid?: boolean;
  readonly retired?: boolean;
}

/** All reasons in their order, and the revision that was seen. */
export interface PauseList {
  readonly seen: string;
  readonly items: readonly PauseBody[];
}

/** All reasons, retired ones too; `revision` is what a change must have seen. */
export interface PausePage {
  readonly items: readonly PauseReason[];
  readonly revision: string;
  readonly next: string | null;
}

/** How long somebody paused for one reason. */
export interface PauseSum {
  readonly reason: string;
  readonly seconds: number;
}

/** Persons found, best first. */
export interface PersonPage {
  readonly items: readonly PersonView[];
  readonly next: string | null;
}

/** A person found. `identities` are their addresses as text, `addresses` the same with their kind. */
export interface PersonView {
  readonly id: string;
  readonly name: string;
  readonly organization: string;
  readonly tier: string;
  readonly language: string;
  readonly identities: readonly string[];
  readonly addresses: readonly CardIdentity[];
}

/**
 * What a desk phone signs in with: its password is shown here and nowhere else, and lasts until it is renewed.
 * `server` is where it reaches the hub: address and port, over UDP and TCP.
 */
export interface PhoneAccountView {
  readonly username: string;
  readonly password: string;
  readonly realm: string;
  readonly uri: string;
  readonly server: string;
}

/**
 * What the browser's phone signs in with: its password is shown here and nowhere else, and lasts until
 * `expires_at`. It connects to `ws_path` on the hub's own port, and registers `uri`.
 */
export interface PhoneCredentialsView {
  readonly username: string;
  readonly password: string;
  readonly realm: string;
  readonly ws_path: string;
  readonly uri: string;
  readonly expires_at: string;
}

/** What an agent talks with: the console itself, a phone that registers at the hub, or any address or number. */
export type PhoneKind = 'browser' | 'registered' | 'uri';

/**
 * Where one is reached. `account` is the name by which a browser or a desk phone registers; `ready`: it can be
 * rung now, so calls are offered. `refused` is the code of why a number that was chosen is not called from this house
 * any more, or empty. Without `telephony` there are no calls at all.
 */
export interface PhoneView {
  readonly kind: PhoneKind;
  readonly uri: string;
  readonly account: string;
  readonly auto_answer: boolean;
  readonly ready: boolean;
  readonly telephony: boolean;
  readonly refused: string;
}

/** Where one is reached: in the console, on a phone that registers here, or at an address or a number (`uri`). */
export interface PhoneWish {
  readonly kind: PhoneKind;
  readonly uri?: string;
  readonly auto_answer?: boolean;
}

/** Where hours may be kept: the countries with their regions, and the time zones. */
export interface Places {
  readonly countries: Readonly<Record<string, readonly string[]>>;
  readonly zones: readonly string[];
}

/**
 * A reply that is not sent at once: after `hold_s` seconds, in which it can be undone, or at `send_at`.
 *
 * `unless_client_writes` cancels one of `send_at` when the client writes before.
 */
export interface Plan {
  readonly channel: string;
  readonly text?: string;
  readonly attachments?: readonly AttachedFile[];
  readonly hold_s?: number;
  readonly send_at?: string | null;
  readonly unless_client_writes?: boolean;
  readonly letter?: LetterToSend | null;
}

/**
 * What is to be different; what is left out stays. `version` is the one that was on the screen. A `letter` comes
 * with its `text`.
 */
export interface PlanChange {
  readonly version: number;
  readonly send_at?: string | null;
  readonly text?: string | null;
  readonly unless_client_writes?: boolean | null;
  readonly letter?: LetterToSend | null;
}

/** Replies to be sent, the next one first. */
export interface PlannedPage {
  readonly items: readonly PlannedView[];
  readonly next: string | null;
}

/**
 * What somebody chose for themselves: `undo_s` is how long a reply can be undone, `sounds` and `notifications`
 * say what is heard and what the desktop is told, `log_columns` are the columns of the log in their order,
 * `microphone` and `speaker` the names of what the browser phone uses (empty: what the system does).
 */
export interface Preferences {
  readonly language?: 'en' | 'ru' | 'tr' | null;
  readonly theme?: 'dark' | 'light' | 'system' | null;
  readonly sound?: boolean | null;
  readonly undo_s?: number | null;
  readonly sounds?: AlertChoice | null;
  readonly notifications?: AlertChoice | null;
  readonly notification_text?: boolean | null;
  readonly log_columns?: readonly string[] | null;
  readonly microphone?: string | null;
  readonly speaker?: string | null;
}

/** What somebody chose for themselves; null where nothing was chosen yet. */
export interface PreferencesView {
  readonly language: string | null;
  readonly theme: string | null;
  readonly sound: boolean | null;
  readonly undo_s: number | null;
  readonly sounds: AlertChoice | null;
  readonly notifications: AlertChoice | null;
  readonly notification_text: boolean | null;
  readonly log_columns: readonly string[] | null;
  readonly microphone: string | null;
  readonly speaker: string | null;
}

/** The priority of waiting work: one step is worth 30 s of waiting. `first` puts it before everybody instead. */
export interface Prioritise {
  readonly priority?: number;
  readonly first?: boolean;
  readonly reason?: string;
}

/** RFC 9457. `code` is stable; `field` is the dotted path of what is wrong, if one is. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly field: string | null;
  readonly retry_after_s: number | null;
}

/** Why waiting work leaves its line, and the queue it goes to; without one the engagement ends. */
export interface PullOut {
  readonly reason: string;
  readonly queue_id?: string | null;
}

/** The rules of a queue, as they shall be, and the version they were read at. */
export interface QueueChange {
  readonly version: number;
  readonly queue: QueueDraft;
}

/** The rules of a queue, all of them. */
export interface QueueDraft {
  readonly name: string;
  readonly languages?: readonly string[];
  readonly language_level?: number;
  readonly skills?: Readonly<Record<string, number>>;
  readonly priority?: number;
  readonly offer_s?: number;
  readonly wrap_up_s?: number;
  readonly missed_limit?: number;
  readonly sl_share?: number;
  readonly sl_threshold_s?: number;
  readonly sl_short_abandon_s?: number;
  readonly order?: RoutingOrder;
  readonly owner_first_s?: number;
  readonly relaxations?: readonly RelaxationBody[];
  readonly overflow?: OverflowBody | null;
  readonly calendar_id?: string | null;
  readonly when_closed?: WhenClosed;
  readonly closed_texts?: Readonly<Record<string, string>>;
  readonly closed_queue_id?: string | null;
  readonly voice?: VoiceBody;
  readonly signatures?: Readonly<Record<string, SignatureBody>>;
  readonly times?: TimesBody;
  readonly continues_s?: number;
}

/** The figures of one queue in one interval. `service_levels` holds every variant side by side. */
export interface QueueFigures {
  readonly queue: NamedView;
  readonly from_at: string;
  readonly to_at: string;
  readonly figures: readonly FigureView[];
  readonly service_levels: readonly FigureView[];
}

/** All queues this principal may see. */
export interface QueuePage {
  readonly items: readonly QueueView[];
  readonly next: string | null;
}

/** A row a queue. */
export interface QueueReport {
  readonly items: readonly QueueFigures[];
  readonly next: string | null;
}

/**
 * A queue with all its rules. `waiting` counts what is in its line, `sites` those that write into it;
 * `mail_accounts` and `telegram_bots` are the names of those that lead there, by their own queue or by a rule or
 * button.
 */
export interface QueueSetup {
  readonly id: string;
  readonly version: number;
  readonly name: string;
  readonly languages: readonly string[];
  readonly language_level: number;
  readonly skills: Readonly<Record<string, number>>;
  readonly priority: number;
  readonly offer_s: number;
  readonly wrap_up_s: number;
  readonly missed_limit: number;
  readonly sl_share: number;
  readonly sl_threshold_s: number;
  readonly sl_short_abandon_s: number;
  readonly order: RoutingOrder;
  readonly owner_first_s: number;
  readonly relaxations: readonly Relaxation[];
  readonly overflow: Overflow | null;
  readonly calendar_id: string | null;
  readonly when_closed: WhenClosed;
  readonly closed_texts: Readonly<Record<string, string>>;
  readonly closed_queue_id: string | null;
  readonly voice: VoiceRules;
  readonly signatures: Readonly<Record<string, Signature>>;
  readonly times: TextTimes;
  readonly continues_s: number;
  readonly retired: boolean;
  readonly retired_to: string | null;
  readonly waiting: number;
  readonly sites: number;
  readonly is_open: boolean;
  readonly next_opening_at: string | null;
  readonly mail_accounts: readonly string[];
  readonly telegram_bots: readonly string[];
}

/** All queues. */
export interface QueueSetups {
  readonly items: readonly QueueSetup[];
  readonly next: string | null;
}

/** A queue and its rules, as far as people need them. */
export interface QueueView {
  readonly id: string;
  readonly name: string;
  readonly languages: readonly string[];
  readonly service_level_share: number;
  readonly service_level_s: number;
  readonly offer_s: number;
  readonly wrap_up_s: number;
  readonly waiting: number;
}

/** For whom a reply or a macro is: everybody, those who serve some queues, or whoever wrote it. */
export type Reach = 'house' | 'personal' | 'queues';

/** Everything up to `seq` has been read. */
export interface ReadMark {
  readonly seq: number;
}

/** Notes that were read. */
export interface ReadMentions {
  readonly touch_ids: readonly string[];
}

/** All that may be used in this conversation, most used first. */
export interface ReadyPage {
  readonly items: readonly ReadySnippet[];
  readonly next: string | null;
}

/**
 * A reply or a macro for one conversation, filled. `missing` names the variables nothing is known for, which
 * stand in the text unchanged; `is_other_language`: there is no text in the client's language.
 */
export interface ReadySnippet {
  readonly id: string;
  readonly kind: SnippetKind;
  readonly code: string;
  readonly title: string;
  readonly text: string;
  readonly language: string;
  readonly is_other_language: boolean;
  readonly missing: readonly string[];
  readonly steps: readonly ReadyStep[];
  readonly reach: Reach;
  readonly version: number;
  readonly uses: number;
  readonly own_uses: number;
}

/** A step as it would be taken now: the text in the client's language and filled. */
export interface ReadyStep {
  readonly kind: StepKind;
  readonly text: string;
  readonly language: string;
  readonly value: string;
  readonly label: string;
  readonly note: string;
  readonly missing: readonly string[];
}

/** To whom the work goes. `override` gives it although the agent is full, paused, or of another queue. */
export interface Reassign {
  readonly agent_id: string;
  readonly override?: boolean;
  readonly note?: string;
}

/** What the client said about a purpose on a kind of channel; `source` says how they said it. */
export interface RecordConsent {
  readonly channel: IdentityKind;
  readonly purpose: Purpose;
  readonly given: boolean;
  readonly source?: string;
}

/** Whether calls of the queue are recorded. */
export type RecordRule = 'always' | 'never' | 'on_demand';

/** Why a recording ended before its call did. */
export type RecordingCut = 'disk_full' | 'disk_slow' | 'hub_lost' | 'too_long';

/** What was kept. */
export type RecordingKind = 'call' | 'message';

/** The recordings of a conversation, the oldest first; `next` is always null. */
export interface RecordingPage {
  readonly items: readonly RecordingView[];
  readonly next: string | null;
}

/** The picture of a recording: the loudest of each stretch, 0 to 255, the same stretches on both sides. */
export interface RecordingPeaks {
  readonly client: readonly number[];
  readonly house: readonly number[];
}

/**
 * A recording of a call, or of a message that was left (`kind`). `ended_at` is null while it is made; `cut` says
 * why it ended before its call.
 *
 * `sha256` is of the WAV file. An erased one says when, why and by whom. `may_listen` and `may_erase` are about
 * whoever asks.
 */
export interface RecordingView {
  readonly id: string;
  readonly interaction_id: string;
  readonly call_id: string;
  readonly kind: RecordingKind;
  readonly started_at: string;
  readonly ended_at: string | null;
  readonly duration_s: number;
  readonly size_bytes: number;
  readonly sha256: string;
  readonly pauses: readonly Pause[];
  readonly cut: RecordingCut | null;
  readonly erased_at: string | null;
  readonly erased: Erased | null;
  readonly erased_by: string;
  readonly may_listen: boolean;
  readonly may_erase: boolean;
}

/** Whether what is said is kept from now on. */
export interface RecordingWish {
  readonly state: RecordingState;
}

/** Shown once; each is good for one sign-in. */
export interface RecoveryCodes {
  readonly codes: readonly string[];
}

/** After `after_s` of waiting the levels in `skills` are enough; 0 takes the skill out of the question. */
export interface Relaxation {
  readonly after_s: number;
  readonly skills: Readonly<Record<string, number>>;
}

/** After `after_s` of waiting these levels are enough; 0 asks for the skill no more. */
export interface RelaxationBody {
  readonly after_s: number;
  readonly skills?: Readonly<Record<string, number>>;
}

/** A message to the client on `channel`: text, files, or both; by e-mail, a `letter` too. */
export interface Reply {
  readonly channel: string;
  readonly text?: string;
  readonly attachments?: readonly AttachedFile[];
  readonly letter?: LetterToSend | null;
}

/** What fits into one reply on a channel. `file_bytes` is 0 where no files are carried. */
export interface ReplyLimits {
  readonly channel: string;
  readonly text_chars: number;
  readonly file_bytes: number;
  readonly files: number;
}

/** The channels that send, and under the name `note` what fits into a note. */
export interface ReplyLimitsPage {
  readonly items: readonly ReplyLimits[];
  readonly next: string | null;
}

/** All of them: those the interaction goes on in first, and of these where the client was heard last. */
export interface ReplyWayPage {
  readonly items: readonly ReplyWayView[];
  readonly next: string | null;
}

/**
 * One place a reply can go to. `is_open`: the interaction goes on there, and a reply names the `channel` alone;
 * else it can be taken there. `label` is what people call the place, or empty.
 *
 * `closed` is empty, or says why nothing can be written there now: `reply_window_over`, `client_refused`,
 * `channel_not_connected`, `site_off`, `account_off`, `address_of_another`, `open_elsewhere`, `colleague_has_it`,
 * `other_team_has_it`.
 * `until` is when the channel stops taking replies, null: never. `is_away`: the client's page is closed, and they read
 * it when they come back. `file_bytes` is 0 where no files are carried.
 */
export interface ReplyWayView {
  readonly channel: string;
  readonly account: string;
  readonly address: string;
  readonly label: string;
  readonly is_open: boolean;
  readonly closed: string;
  readonly text_chars: number;
  readonly file_bytes: number;
  readonly last_at: string | null;
  readonly until: string | null;
  readonly is_away: boolean;
}

/**
 * One figure beside that of the period before. `rows` passes are behind it; `drill` is the log's address
 * query that finds exactly them, empty where a figure is not made of passes.
 */
export interface ReportFigure {
  readonly name: string;
  readonly value: number | null;
  readonly before: number | null;
  readonly unit: string;
  readonly formula: string;
  readonly rows: number | null;
  readonly drill: string;
}

/** A row of the report. `key` is an id, a channel, or the beginning on the clock of the house. */
export interface ReportGroup {
  readonly key: string;
  readonly label: string;
  readonly from_at: string;
  readonly to_at: string;
  readonly figures: readonly ReportFigure[];
  readonly service_levels: readonly ReportFigure[];
}

/** One offer: to whom, how it ended, and why it went there. */
export interface ReservationView {
  readonly id: string;
  readonly work_item_id: string;
  readonly agent: string;
  readonly state: ReservationState;
  readonly offered_at: string;
  readonly answered_at: string | null;
  readonly reason: string;
  readonly why: Why;
}

/** Which version comes back, and on which one that was decided. */
export interface Restore {
  readonly number: number;
  readonly version: number;
}

/** Out of service; what waits goes on to `to_queue_id`, or is finished where it is. */
export interface Retirement {
  readonly version: number;
  readonly to_queue_id?: string | null;
}

/** A role, and the queues it is for. */
export interface RoleTeam {
  readonly role: 'admin' | 'agent' | 'dpo' | 'manager' | 'supervisor';
  readonly queue_ids?: readonly string[];
}

/** Who is asked first of those who could take the work. */
export type RoutingOrder = 'fewest' | 'longest_idle' | 'round_robin';

/** Why a row is kept: it could not be taken, or it may be somebody we have. */
export type RowKind = 'bad' | 'maybe';

/** What of a letter a rule looks at. */
export type RuleField = 'from' | 'subject' | 'to';

/** Run the macro as it was at `version`, from step `start_at` on. `values` are for what nothing was known for. */
export interface RunMacro {
  readonly version: number;
  readonly values?: Readonly<Record<string, string>>;
  readonly start_at?: number;
  readonly channel?: string;
}

/** A filter with a name; one's own of that name is replaced. */
export interface SaveLogView {
  readonly name: string;
  readonly query?: string;
  readonly shared?: '' | 'house' | 'team';
}

/** One's own second factor. `required`: the house demands it of one of one's roles. */
export interface SecondFactorView {
  readonly on: boolean;
  readonly required: boolean;
  readonly recovery_codes_left: number;
}

/** How a connection to a mail server is kept from others. `none` is for servers on this machine. */
export type Security = 'none' | 'starttls' | 'tls';

/** What was going on during the interval. */
export type SegmentKind = 'alert' | 'hold' | 'ivr' | 'queue' | 'talk' | 'text' | 'wrap_up';

/** One interval of an interaction. */
export interface SegmentView {
  readonly kind: SegmentKind;
  readonly queue: string;
  readonly agent: string;
  readonly started_at: string;
  readonly ended_at: string;
}

/** The first administrator, proved by the one-time token that the hub printed on its own terminal. */
export interface SetUp {
  readonly token: string;
  readonly login: string;
  readonly name: string;
  readonly password: string;
}

/** Whether the hub still waits for its first administrator. */
export interface SetUpState {
  readonly needed: boolean;
}

/** One of several clients that a row may mean. */
export interface Several {
  readonly id: string;
  readonly name: string;
}

/** All shared lines, by their numbers. */
export interface SharedLinePage {
  readonly items: readonly SharedLineView[];
  readonly next: string | null;
}

/** A number of nobody in particular, and what it is. */
export interface SharedLineView {
  readonly value: string;
  readonly label: string;
  readonly by: string;
  readonly at: string;
}

/** Login and password, and the code of the authenticator (or a recovery code) where there is one. */
export interface SignIn {
  readonly login: string;
  readonly password: string;
  readonly code?: string;
}

/** One's own sign-ins, the one used last first. */
export interface SignInPage {
  readonly items: readonly SignInView[];
  readonly next: string | null;
}

/** One of one's own sign-ins. `browser` is what it calls itself. */
export interface SignInView {
  readonly id: string;
  readonly since: string;
  readonly seen_at: string;
  readonly ends_at: string;
  readonly address: string;
  readonly browser: string;
  readonly here: boolean;
}

/** `html` is for letters with formatting; where it is empty, it is made from `text`. */
export interface Signature {
  readonly text: string;
  readonly html: string;
}

/** What stands under a letter; without `html` that form is made from `text`. */
export interface SignatureBody {
  readonly text?: string;
  readonly html?: string;
}

/**
 * Who signed in, and the token every write must carry in `X-CSRF-Token`.
 *
 * `must_first` names what has to be done before anything else is allowed: `password_change_needed`,
 * `second_factor_set_up_needed`, or nothing.
 */
export interface SignedIn {
  readonly user: MeView;
  readonly csrf: string;
  readonly must_first: string;
}

/** A site as it shall be, and the version it was read at. */
export interface SiteChange {
  readonly version: number;
  readonly site: SiteDraft;
}

/** One answer of a choice. */
export interface SiteChoiceBody {
  readonly value: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** A site, all of it but its key. */
export interface SiteDraft {
  readonly title: string;
  readonly queue_id: string;
  readonly origins?: readonly string[];
  readonly language?: string;
  readonly setup?: SiteSetupBody;
}

/** What the visitor is offered besides writing. */
export interface SiteFeatures {
  readonly files: boolean;
  readonly rating: boolean;
  readonly callback: boolean;
}

/** What the visitor is offered besides writing. */
export interface SiteFeaturesBody {
  readonly files?: boolean;
  readonly rating?: boolean;
  readonly callback?: boolean;
}

/** One field of the form before the chat. */
export interface SiteFieldBody {
  readonly key: string;
  readonly kind: FormFieldKind;
  readonly labels?: Readonly<Record<string, string>>;
  readonly required?: boolean;
  readonly choices?: readonly SiteChoiceBody[];
}

/** All sites, and the types of file that any may allow. */
export interface SitePage {
  readonly items: readonly SiteView[];
  readonly file_types: readonly string[];
  readonly next: string | null;
}

/** The secrets of a site, the newest first: two at most. */
export interface SiteSecretPage {
  readonly items: readonly SiteSecretView[];
  readonly next: string | null;
}

/**
 * A secret of a site, without what signs: `hint` are its last characters. `used_at` is when a token that it signed
 * came last, to the hour.
 */
export interface SiteSecretView {
  readonly id: string;
  readonly hint: string;
  readonly created_at: string;
  readonly created_by: string;
  readonly used_at: string | null;
}

/**
 * All that a site may choose.
 *
 * `accent` is `#rrggbb` or empty (the widget's own colour, or what the page's script tag says); `words` by
 * language; `form` is asked before the first message (empty: nothing is asked); `country` (ISO 3166, two
 * letters) is assumed for phone numbers written without one. A site that is not `enabled` takes no visitors.
 */
export interface SiteSetup {
  readonly enabled: boolean;
  readonly accent: string;
  readonly country: string;
  readonly words: Readonly<Record<string, SiteWords>>;
  readonly form: readonly FormField[];
  readonly features: SiteFeatures;
  readonly files: FileRules;
}

/** All that a site may choose. */
export interface SiteSetupBody {
  readonly enabled?: boolean;
  readonly accent?: string;
  readonly country?: string;
  readonly words?: Readonly<Record<string, SiteWordsBody>>;
  readonly form?: readonly SiteFieldBody[];
  readonly features?: SiteFeaturesBody;
  readonly files?: FileRulesBody;
}

/** A web site with a chat. `version` is 0 before its setup was saved first. */
export interface SiteView {
  readonly key: string;
  readonly version: number;
  readonly title: string;
  readonly queue_id: string;
  readonly origins: readonly string[];
  readonly language: string;
  readonly setup: SiteSetup;
}

/** What the widget says in one language; empty: its own words. `away` is shown while the queue is closed. */
export interface SiteWords {
  readonly title: string;
  readonly greeting: string;
  readonly away: string;
}

/** What the widget says in one language; empty: its own words. */
export interface SiteWordsBody {
  readonly title?: string;
  readonly greeting?: string;
  readonly away?: string;
}

/** A skill, by its name. */
export interface SkillNamed {
  readonly name: string;
}

/** A skill gets another name, everywhere. */
export interface SkillRename {
  readonly name: string;
  readonly to: string;
}

/** Open from `from_min` to `to_min`, minutes after midnight; beyond 1440 the end is on the next day. */
export interface Slot {
  readonly from_min: number;
  readonly to_min: number;
}

/** Minutes after midnight; beyond 1440 the end is on the next day. */
export interface SlotBody {
  readonly from_min: number;
  readonly to_min: number;
}

/**
 * A canned reply (`texts` by language, with variables in braces) or a macro (`steps`). `version` names what it is
 * a change of, and is left out for a new one.
 */
export interface SnippetBody {
  readonly kind: SnippetKind;
  readonly code: string;
  readonly title: string;
  readonly texts?: Readonly<Record<string, string>>;
  readonly steps?: readonly StepBody[];
  readonly reach?: Reach;
  readonly queues?: readonly string[];
  readonly version?: number;
}

/** A text to insert, or steps to take. */
export type SnippetKind = 'macro' | 'reply';

/** A page by code, with what may stand in texts and what steps there are. */
export interface SnippetPage {
  readonly items: readonly SnippetView[];
  readonly next: string | null;
  readonly variables: readonly VariableView[];
  readonly steps: readonly StepKind[];
}

/** A reply or a macro as it is kept. `uses` counts everybody's. */
export interface SnippetView {
  readonly id: string;
  readonly kind: SnippetKind;
  readonly code: string;
  readonly title: string;
  readonly texts: Readonly<Record<string, string>>;
  readonly steps: readonly StepView[];
  readonly reach: Reach;
  readonly queues: readonly NamedView[];
  readonly version: number;
  readonly updated_at: string;
  readonly updated_by: string;
  readonly uses: number;
  readonly may_change: boolean;
}

/** When it comes back by itself, and why it was laid aside. */
export interface SnoozeWish {
  readonly until: string;
  readonly reason?: string;
}

/** What one laid aside, the next to return first. */
export interface SnoozedPage {
  readonly items: readonly SnoozeView[];
  readonly next: string | null;
}

/** What holds on one date instead of the week and the public holidays; no slot: closed all day. */
export interface SpecialDay {
  readonly on: string;
  readonly slots: readonly Slot[];
  readonly name: string;
}

/** What holds on that date instead; no slot: closed. */
export interface SpecialDayBody {
  readonly on: string;
  readonly slots?: readonly SlotBody[];
  readonly name?: string;
}

/** The card as it is now, and the record that the address has. Merging that one in puts all of it back. */
export interface SplitAnswer {
  readonly card: CardAnswer;
  readonly apart_id: string;
}

/** A queue as the matrix shows it: what it asks for. */
export interface StaffedQueue {
  readonly id: string;
  readonly name: string;
  readonly skills: Readonly<Record<string, number>>;
}

/** The least number of agents for the target, and what fewer and more would give. */
export interface Staffing {
  readonly load_erlang: number;
  readonly agents: number;
  readonly rostered: number;
  readonly items: readonly StaffingRow[];
}

/** Cells of the matrix, all or none. */
export interface StaffingChange {
  readonly changes: readonly CellChange[];
}

/** What came into a queue in an hour, from the log; `aht_s` is None where nothing was handled. */
export interface StaffingLoad {
  readonly calls_per_hour: number;
  readonly aht_s: number | null;
  readonly offered: number;
  readonly handled: number;
  readonly share: number;
  readonly threshold_s: number;
}

/** What so many agents give; `asa_s` is None where the line grows without end. */
export interface StaffingRow {
  readonly agents: number;
  readonly rostered: number;
  readonly service_level: number;
  readonly wait_probability: number;
  readonly asa_s: number | null;
  readonly occupancy: number;
  readonly is_enough: boolean;
}

/** The matrix: agents by skills, capacities and queues. */
export interface StaffingView {
  readonly agents: readonly AgentSetup[];
  readonly skills: readonly string[];
  readonly queues: readonly StaffedQueue[];
}

/**
 * Which way, in which queue, and the first text; it can be undone for `hold_s` seconds.
 *
 * `account` is that of the way, where several accounts of ours reach the same address; empty: the queue's, else the
 * first. A `letter` is of e-mail only, and needs a subject.
 */
export interface Start {
  readonly queue_id: string;
  readonly channel: string;
  readonly address: string;
  readonly text?: string;
  readonly attachments?: readonly AttachedFile[];
  readonly letter?: LetterToSend | null;
  readonly account?: string;
  readonly hold_s?: number;
}

/**
 * The rows of the audit log that the filter finds, in a file of that form. Columns are `number`, `at`,
 * `actor`, `action`, `object`, `object_name`, `result`, `reason`, `address`; without headings, all of them.
 */
export interface StartAuditExport {
  readonly form: ExportForm;
  readonly headings?: readonly ExportHeading[];
  readonly actor?: string;
  readonly action?: string;
  readonly object?: string;
  readonly result?: string;
  readonly since?: string | null;
  readonly until?: string | null;
}

/** The rows that a query of the log's address finds, in a file of that form. */
export interface StartExport {
  readonly form: ExportForm;
  readonly query?: string;
  readonly headings?: readonly ExportHeading[];
}

/**
 * The mapping, and what is done with a row of somebody who is known by an address in it, of an
 * organization that we have.
 */
export interface StartImport {
  readonly mapping: readonly string[];
  readonly on_known?: OnKnown;
}

/** All organizations. `headings` are titles of columns of one's own; each column is there all the same. */
export interface StartOrganizationExport {
  readonly form: ExportForm;
  readonly headings?: readonly ExportHeading[];
}

/**
 * The clients that answer all of these; an empty one is answered by everybody. `q` is answered by the best 50.
 *
 * `organization` is an id. `headings` are titles of columns of one's own; each column is there all the same.
 */
export interface StartPersonExport {
  readonly form: ExportForm;
  readonly q?: string;
  readonly organization?: string;
  readonly tag?: string;
  readonly language?: string;
  readonly tier?: string;
  readonly headings?: readonly ExportHeading[];
}

/** What was begun. `continued`: the conversation was open already, and the text goes into it. */
export interface StartedView {
  readonly interaction_id: string;
  readonly planned: PlannedView;
  readonly continued: boolean;
}

/** A time in one state: `available`, `paused` (with its reason) or `offline`. */
export interface StateSpan {
  readonly state: string;
  readonly reason: string;
  readonly from_at: string;
  readonly to_at: string;
}

/** What the agent wants to be: `available`, `paused` (with a reason) or `offline`. */
export interface StateWish {
  readonly state: string;
  readonly reason?: string;
}

/** How the hub is. The lag of the event loop is of the last minute. */
export interface StatusView {
  readonly version: string;
  readonly started_at: string;
  readonly at: string;
  readonly database: DatabaseStatus;
  readonly disk: DiskStatus;
  readonly lag_worst_ms: number;
  readonly lag_usual_ms: number;
  readonly agent_sockets: number;
  readonly visitor_sockets: number;
  readonly channels: readonly ChannelStatus[];
  readonly outbox: number;
  readonly unsent: readonly UnsentReplies[];
  readonly webhooks_waiting: number;
  readonly webhooks_failing: number;
}

/**
 * One step of a macro. `texts` by language for insert, reply and note; `value` is a tag, a language, a tier, a
 * queue's id, an outcome's code or minutes; `note` goes with transfer and close.
 */
export interface StepBody {
  readonly kind: StepKind;
  readonly texts?: Readonly<Record<string, string>>;
  readonly value?: string;
  readonly note?: string;
}

/** What one step of a macro does. */
export type StepKind = 'close' | 'insert' | 'language' | 'note' | 'reply' | 'snooze' | 'tag' | 'tier' | 'transfer';

/**
 * How one step ended; `code` is empty when it was done. `was` is what the card said before a step that
 * changed it, and null of a step that changed no card.
 */
export interface StepResult {
  readonly kind: StepKind;
  readonly code: string;
  readonly detail: string;
  readonly was: string | null;
}

/** A step as it is kept. `label` is the name of a queue or an outcome. */
export interface StepView {
  readonly kind: StepKind;
  readonly texts: Readonly<Record<string, string>>;
  readonly value: string;
  readonly note: string;
  readonly label: string;
}

/** Articles that fit what the client wrote last, best first. */
export interface Suggestions {
  readonly items: readonly ArticleLine[];
  readonly next: string | null;
}

/** A page: what is open by its due time, what is done newest first. */
export interface TaskPage {
  readonly items: readonly TaskView[];
  readonly next: string | null;
}

/** A role of a user, and its queues. */
export interface TeamView {
  readonly role: string;
  readonly queue_ids: readonly string[];
}

/** A bot of ours. An empty token leaves the one there is; it is never answered. */
export interface TelegramBotBody {
  readonly name: string;
  readonly queue_id: string;
  readonly enabled?: boolean;
  readonly setup?: TelegramSetupBody;
  readonly token?: string;
}

/** A bot as it is to be, and the version it is changed from. */
export interface TelegramBotChange {
  readonly version: number;
  readonly bot: TelegramBotBody;
}

/** All bots, by name. */
export interface TelegramBotPage {
  readonly items: readonly TelegramBotView[];
  readonly next: string | null;
}

/**
 * A bot. `receiving` and `sending` say how it fares: `off`, `unknown` (not tried yet), `works`, `broken`; `trouble`
 * why, in English; `trouble_code` names that sentence, and `quote` of `trouble_values` is in Telegram's own words.
 * `username` is empty until Telegram said it.
 */
export interface TelegramBotView {
  readonly id: string;
  readonly version: number;
  readonly name: string;
  readonly queue_id: string;
  readonly enabled: boolean;
  readonly setup: TelegramSetupBody;
  readonly has_token: boolean;
  readonly username: string;
  readonly receiving: string;
  readonly sending: string;
  readonly since: string | null;
  readonly trouble: string;
  readonly trouble_code: string;
  readonly trouble_values: Readonly<Record<string, number | string>>;
}

/**
 * What a client is asked before they are in a line; without buttons nothing is. After `wait_s` without an answer
 * they get into the bot's own queue.
 */
export interface TelegramMenuBody {
  readonly text?: Readonly<Record<string, string>>;
  readonly buttons?: readonly TelegramMenuButtonBody[];
  readonly wait_s?: number;
}

/**
 * What a client may choose: its label by language, the queue that it leads to (null: the bot's own), and what an
 * agent needs besides that queue's skills, with the least levels.
 */
export interface TelegramMenuButtonBody {
  readonly labels: Readonly<Record<string, string>>;
  readonly queue_id?: string | null;
  readonly skills?: Readonly<Record<string, number>>;
}

/**
 * All that a bot may choose: how updates come, whether groups are taken, whose business chats are (Telegram ids),
 * what a client is told when they open a conversation, what they are asked first and when one is over, by language.
 */
export interface TelegramSetupBody {
  readonly updates?: UpdatesBy;
  readonly language?: string;
  readonly groups?: boolean;
  readonly business_owners?: readonly number[];
  readonly welcome?: Readonly<Record<string, string>>;
  readonly rating?: Readonly<Record<string, string>>;
  readonly menu?: TelegramMenuBody;
}

/** A token to be tried out; empty: that of the kept bot. */
export interface TelegramTrial {
  readonly bot_id?: string | null;
  readonly token?: string;
  readonly updates?: UpdatesBy;
}

/**
 * Whether Telegram knows it, and the bot's name or what is wrong, in English; `code` names that sentence, and
 * `quote` of `values` is in Telegram's own words.
 */
export interface TelegramTried {
  readonly ok: boolean;
  readonly said: string;
  readonly code: string;
  readonly values: Readonly<Record<string, number | string>>;
}

/**
 * How soon clients in writing shall be answered in a queue. Seconds of its business hours; None: no such clock.
 *
 * `reply_within_s`: an agent who has had the client's words for so long without an answer loses the work to the
 * line, and is warned `warn_before_s` before (at half the time at the earliest).
 */
export interface TextTimes {
  readonly first_response_s: number | null;
  readonly next_response_s: number | null;
  readonly resolution_s: number | null;
  readonly reply_within_s: number | null;
  readonly warn_before_s: number;
}

/**
 * One touch or fact in a person's history over all interactions. `kind` is `touch` or the fact's name.
 *
 * A fact of the card (`card_…`) belongs to no interaction; `what` was `was` and is `now`, `agent` did it.
 * `opens`: its reader may open what hangs on the touch, its files and the letter it came in.
 */
export interface TimelineEntry {
  readonly at: string;
  readonly kind: string;
  readonly interaction_id: string;
  readonly seq: number;
  readonly channel: string;
  readonly queue: string;
  readonly touch: TouchView | null;
  readonly agent: string;
  readonly detail: string;
  readonly what: string;
  readonly was: string;
  readonly now: string;
  readonly opens: boolean;
}

/** A page, newest first. */
export interface TimelinePage {
  readonly items: readonly TimelineEntry[];
  readonly next: string | null;
}

/**
 * How soon clients in writing shall be answered, in seconds of the queue's hours; null: no such clock.
 *
 * `reply_within_s`: whoever has had the client's words for so long without an answer loses the work to the line.
 */
export interface TimesBody {
  readonly first_response_s?: number | null;
  readonly next_response_s?: number | null;
  readonly resolution_s?: number | null;
  readonly reply_within_s?: number | null;
  readonly warn_before_s?: number;
}

/** Exactly one of them. */
export interface ToWhom {
  readonly agent_id?: string | null;
  readonly queue_id?: string | null;
  readonly number?: string | null;
}

/**
 * What the hub would make of a token. `code` is empty for a good one, and else why it proves nothing (`text` tells
 * the site's developers what to mend). An address that the site has not checked proves nothing.
 */
export interface TokenVerdict {
  readonly code: string;
  readonly text: string;
  readonly user: string;
  readonly name: string;
  readonly email: string;
  readonly email_verified: boolean;
  readonly phone: string;
  readonly phone_verified: boolean;
  readonly expires_at: string | null;
  readonly hint: string;
}

/** A page in the order of `seq`. */
export interface TouchPage {
  readonly items: readonly TouchView[];
  readonly next: string | null;
}

/** To whom the work goes: a queue, with a note for the next agent. */
export interface Transfer {
  readonly queue_id: string;
  readonly note?: string;
}

/**
 * A row as it would be taken: `reason` (a stable word) and `column` of a bad one; `known_id` is who has an address
 * of it already, or the organization that it means, `known_row` the row before it that would add whom it means.
 * `several` are the clients of which a row that is not taken may mean one.
 */
export interface TriedRow {
  readonly number: number;
  readonly cells: readonly string[];
  readonly name: string;
  readonly addresses: readonly string[];
  readonly reason: string;
  readonly column: string;
  readonly known_id: string | null;
  readonly known_row: number | null;
  readonly several: readonly Several[];
}

/** A token that the site's backend has signed. */
export interface TriedToken {
  readonly token: string;
}

/**
 * A target for each column, empty for one that is left out: `name`, `phone`, …, or, of clients, `field:` and a
 * field's id. `on_known` is what would be done with who is known.
 */
export interface TryImport {
  readonly mapping: readonly string[];
  readonly on_known?: OnKnown;
}

/**
 * A letter that could not be read, and why; `interaction_id` is the conversation that shows it. `subject` is empty
 * where it could not be told. `handled_at`, `handled_by` (a name) and `handled_note`: who was done with it; without
 * `handled_at` it waits for somebody to look at it.
 */
export interface UnreadableLetterView {
  readonly id: string;
  readonly account: string;
  readonly received_at: string;
  readonly size_bytes: number;
  readonly envelope_from: string | null;
  readonly defects: readonly string[];
  readonly touch_id: string | null;
  readonly interaction_id: string | null;
  readonly subject: string;
  readonly handled_at: string | null;
  readonly handled_by: string;
  readonly handled_note: string;
}

/**
 * The newest first; `next` is given back as `before`. `to_handle`: how many wait for somebody to look at them,
 * whichever page this is.
 */
export interface UnreadablePage {
  readonly items: readonly UnreadableLetterView[];
  readonly next: string | null;
  readonly to_handle: number;
}

/** Replies of one channel that are committed and not sent yet. */
export interface UnsentReplies {
  readonly channel: string;
  readonly count: number;
  readonly oldest_at: string;
}

/** How updates come: the hub asks for them, or Telegram brings them to the hub's public address. */
export type UpdatesBy = 'polling' | 'webhook';

/** Something was used: a reply or an article was inserted. */
export interface UseBody {
  readonly item_id: string;
}

/** Users, by login. */
export interface UserPage {
  readonly items: readonly UserView[];
  readonly next: string | null;
}

/** A user. `sign_ins` are open now; `invited_until` is when the invitation ends that nobody has used yet. */
export interface UserView {
  readonly id: string;
  readonly login: string;
  readonly name: string;
  readonly teams: readonly TeamView[];
  readonly disabled: boolean;
  readonly must_change_password: boolean;
  readonly invited_until: string | null;
  readonly second_factor: boolean;
  readonly sign_ins: number;
  readonly version: number;
}

/** A variable that a text may hold in braces. */
export interface VariableView {
  readonly name: string;
  readonly meaning: string;
}

/** What a caller meets, and what is kept of the call. `keep_recordings_days`: 0 for ever, null as the house does. */
export interface VoiceBody {
  readonly answer_with_music?: boolean;
  readonly max_ring_s?: number;
  readonly say_place?: boolean;
  readonly say_wait?: boolean;
  readonly offer_callback?: boolean;
  readonly when_closed_voicemail?: boolean;
  readonly record?: RecordRule;
  readonly announce_recording?: boolean;
  readonly keep_recordings_days?: number | null;
}

/**
 * What a caller meets in this queue, and what is kept of the call.
 *
 * `answer_with_music`: the call is answered at once (the caller pays from then on), with announcement and music;
 * else they hear it ring, for `max_ring_s` at the longest (no carrier lets a call ring for ever), and music from
 * then on. `say_place`, `say_wait` and `offer_callback` are said between the music. `announce_recording`: callers
 * are told before anything is recorded. `when_closed_voicemail`: outside the hours they may leave a message.
 * `keep_recordings_days` is how long recordings of this queue are kept (0: for ever; None: as the house keeps them).
 */
export interface VoiceRules {
  readonly answer_with_music: boolean;
  readonly max_ring_s: number;
  readonly say_place: boolean;
  readonly say_wait: boolean;
  readonly offer_callback: boolean;
  readonly when_closed_voicemail: boolean;
  readonly record: RecordRule;
  readonly announce_recording: boolean;
  readonly keep_recordings_days: number | null;
}

/** All queues and agents now. Pop latency is touch received → frame sent, of the last 1,000 offers. */
export interface Wallboard {
  readonly queues: readonly WallboardQueue[];
  readonly agents: readonly AgentView[];
  readonly pop_ms_p50: number | null;
  readonly pop_ms_p95: number | null;
  readonly pop_ms_p99: number | null;
  readonly at: string;
}

/** One row of the wallboard; today's figures in the tenant's time zone. */
export interface WallboardQueue {
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
}

/** All of them; ways that can be used first within their kind of channel. */
export interface WayPage {
  readonly items: readonly WayView[];
  readonly next: string | null;
}

/**
 * One way to a client; of a kind of channel, the one that was used last with this client comes first, then those
 * that come to a queue of one's own. `label` is what people call the place, `queue_id` the line it comes to by
 * itself, `account` is our side of it, and `sender` the address of ours that a letter comes from.
 *
 * `closed` is empty, or says why it cannot be used: `channel_not_connected`, `no_address`, `client_refused`,
 * `site_off`, `account_off`, `colleague_has_it` (`holder` is their name), `other_team_has_it`, `account_of_others` (no
 * account that it could come from is of a queue you serve; those of others are not among the ways). `continues`: a
 * conversation is open there already, in the queue `continues_in`, and what is written goes into it. `held_up` is what
 * you have to mend yourself before you begin there: `be_there_first`, `at_capacity`; the code of the refusal
 * otherwise.
 */
export interface WayView {
  readonly kind: IdentityKind;
  readonly channel: string;
  readonly address: string;
  readonly label: string;
  readonly language: string;
  readonly queue_id: string | null;
  readonly last_at: string | null;
  readonly closed: string;
  readonly holder: string;
  readonly continues: boolean;
  readonly continues_in: string | null;
  readonly account: string;
  readonly sender: string;
  readonly held_up: string;
}

/** All webhooks, by name; `known_events` is what may be subscribed to. */
export interface WebhookPage {
  readonly items: readonly WebhookView[];
  readonly next: string | null;
  readonly known_events: readonly string[];
}

/** A webhook, without its secret. `failing_since` is null while deliveries arrive. */
export interface WebhookView {
  readonly id: string;
  readonly name: string;
  readonly url: string;
  readonly events: readonly string[];
  readonly enabled: boolean;
  readonly disabled_because: string;
  readonly failing_since: string | null;
  readonly created_at: string;
  readonly version: number;
}

/** What becomes of work that comes, or waits, while the queue is closed. */
export type WhenClosed = 'answer' | 'flow' | 'wait';

/** A time of work, or of being asked. */
export interface WorkSpan {
  readonly kind: SegmentKind;
  readonly queue: string;
  readonly interaction_id: string;
  readonly from_at: string;
  readonly to_at: string;
}

/** The limits of what is sent, in characters or as a number. */
export const LIMITS = {
  AddAddress: {
    value: { minLength: 1, maxLength: 320 },
  },
  Addressee: {
    address: { maxLength: 320 },
    name: { maxLength: 200 },
  },
  AgentTransfer: {
    note: { maxLength: 8000 },
  },
  AgentWish: {
    state: { maxLength: 20 },
    reason: { maxLength: 200 },
  },
  AlarmRulesBody: {
    version: { min: 0 },
  },
  ArticleBody: {
    category: { maxLength: 80 },
    version: { min: 0, max: 2000000000 },
  },
  ArticleTextBody: {
    title: { maxLength: 200 },
    body: { maxLength: 40000 },
  },
  Ask: {
    question: { minLength: 1, maxLength: 1000 },
  },
  AtVersion: {
    version: { min: 1, max: 1000000000 },
  },
  AttachedFile: {
    sha256: { minLength: 64, maxLength: 64 },
    name: { minLength: 1, maxLength: 200 },
    media_type: { maxLength: 200 },
    size_bytes: { min: 0 },
  },
  BackToQueue: {
    reason: { maxLength: 200 },
  },
  CalendarChange: {
    version: { min: 1, max: 1000000000 },
  },
  CalendarDraft: {
    name: { minLength: 1, maxLength: 100 },
    zone: { minLength: 1, maxLength: 60 },
    country: { maxLength: 10 },
    region: { maxLength: 40 },
  },
  CellChange: {
    key: { minLength: 1, maxLength: 60 },
    before: { min: 0, max: 1000 },
    after: { min: 0, max: 1000 },
  },
  ChangedUser: {
    login: { minLength: 1, maxLength: 200 },
    name: { minLength: 1, maxLength: 200 },
    version: { min: 1, max: 2000000000 },
  },
  ChangedWebhook: {
    name: { minLength: 1, maxLength: 200 },
    url: { minLength: 1, maxLength: 2000 },
    version: { min: 1, max: 2000000000 },
  },
  ChoiceBody: {
    code: { minLength: 1, maxLength: 40 },
  },
  Close: {
    disposition: { minLength: 1, maxLength: 200 },
    note: { maxLength: 8000 },
  },
  CodeGiven: {
    code: { minLength: 1, maxLength: 40 },
  },
  Decline: {
    reason: { maxLength: 200 },
  },
  DraftText: {
    channel: { maxLength: 200 },
    text: { maxLength: 100000 },
    window: { maxLength: 64 },
    version: { min: 0 },
  },
  EditCase: {
    version: { min: 1, max: 2000000000 },
  },
  EditClientField: {
    version: { min: 1, max: 2000000000 },
    label: { minLength: 1, maxLength: 60 },
    position: { min: 0, max: 1000 },
  },
  EditOrganization: {
    version: { min: 1, max: 2000000000 },
  },
  EditPerson: {
    version: { min: 1, max: 2000000000 },
  },
  EditTask: {
    version: { min: 1, max: 2000000000 },
  },
  ExportHeading: {
    column: { minLength: 1, maxLength: 40 },
    title: { minLength: 1, maxLength: 80 },
  },
  FieldBody: {
    code: { minLength: 1, maxLength: 40 },
  },
  FileRulesBody: {
    most: { min: 1, max: 10 },
    most_bytes: { min: 1024, max: 104857600 },
  },
  FirstLetter: {
    address: { minLength: 3, maxLength: 320 },
    name: { maxLength: 200 },
    text: { maxLength: 100000 },
    account: { maxLength: 200 },
    hold_s: { min: 0, max: 60 },
  },
  ForgetLogView: {
    name: { minLength: 1, maxLength: 200 },
  },
  GoOnThere: {
    channel: { minLength: 1, maxLength: 200 },
    address: { minLength: 1, maxLength: 320 },
    account: { maxLength: 200 },
  },
  Keys: {
    keys: { minLength: 1, maxLength: 32 },
  },
  LetterHandling: {
    note: { minLength: 1, maxLength: 200 },
  },
  LetterToSend: {
    subject: { maxLength: 400 },
    html: { maxLength: 100000 },
  },
  MailAccountBody: {
    name: { minLength: 1, maxLength: 40 },
    address: { minLength: 3, maxLength: 320 },
  },
  MailAccountChange: {
    version: { min: 1 },
  },
  MailRuleBody: {
    contains: { minLength: 1, maxLength: 200 },
    priority: { min: -10, max: 10 },
  },
  MailSecretsBody: {
    incoming_password: { maxLength: 4000 },
    outgoing_password: { maxLength: 4000 },
    client_secret: { maxLength: 4000 },
    refresh_token: { maxLength: 4000 },
  },
  MailServerBody: {
    host: { minLength: 1, maxLength: 255 },
    port: { min: 1, max: 65535 },
    username: { maxLength: 255 },
    certificate: { maxLength: 255 },
  },
  MailSetupBody: {
    folder: { maxLength: 255 },
    read_folder: { maxLength: 255 },
    display_name: { maxLength: 100 },
    trusted_host: { maxLength: 255 },
  },
  Message: {
    text: { minLength: 1, maxLength: 1000 },
  },
  NewApiKey: {
    name: { minLength: 1, maxLength: 200 },
  },
  NewCase: {
    subject: { minLength: 1, maxLength: 200 },
  },
  NewClientField: {
    label: { minLength: 1, maxLength: 60 },
  },
  NewOrganization: {
    name: { minLength: 1, maxLength: 200 },
  },
  NewSharedLine: {
    value: { minLength: 1, maxLength: 40 },
    label: { maxLength: 80 },
  },
  NewSite: {
    key: { minLength: 1, maxLength: 64 },
  },
  NewTaskBody: {
    title: { minLength: 1, maxLength: 200 },
  },
  NewUser: {
    login: { minLength: 1, maxLength: 200 },
    name: { minLength: 1, maxLength: 200 },
  },
  NewWebhookBody: {
    name: { minLength: 1, maxLength: 200 },
    url: { minLength: 1, maxLength: 2000 },
  },
  Note: {
    text: { maxLength: 8000 },
  },
  OAuthBody: {
    token_url: { maxLength: 500 },
    client_id: { maxLength: 255 },
    scope: { maxLength: 500 },
  },
  OutcomeBody: {
    code: { minLength: 1, maxLength: 40 },
    name: { maxLength: 100 },
    parent: { maxLength: 40 },
  },
  OutcomeList: {
    seen: { maxLength: 64 },
  },
  OwnPassword: {
    old: { minLength: 1, maxLength: 1000 },
    password: { minLength: 1, maxLength: 1000 },
  },
  PasswordGiven: {
    password: { minLength: 1, maxLength: 1000 },
  },
  PauseBody: {
    code: { minLength: 1, maxLength: 40 },
  },
  PauseList: {
    seen: { maxLength: 64 },
  },
  PhoneWish: {
    uri: { maxLength: 400 },
  },
  Plan: {
    channel: { minLength: 1, maxLength: 200 },
    text: { maxLength: 100000 },
    hold_s: { min: 0, max: 60 },
  },
  PlanChange: {
    version: { min: 0 },
  },
  Prioritise: {
    priority: { min: -1000, max: 1000 },
    reason: { maxLength: 200 },
  },
  PullOut: {
    reason: { minLength: 1, maxLength: 200 },
  },
  QueueChange: {
    version: { min: 1, max: 1000000000 },
  },
  QueueDraft: {
    name: { minLength: 1, maxLength: 100 },
    language_level: { min: 1, max: 10 },
    priority: { min: -100, max: 100 },
    offer_s: { min: 3, max: 600 },
    wrap_up_s: { min: 0, max: 3600 },
    missed_limit: { min: 0, max: 100 },
    sl_share: { max: 1 },
    sl_threshold_s: { min: 0, max: 86400 },
    sl_short_abandon_s: { min: 0, max: 86400 },
    owner_first_s: { min: 0, max: 3600 },
    continues_s: { min: 0, max: 2592000 },
  },
  ReadMark: {
    seq: { min: 0 },
  },
  Reassign: {
    note: { maxLength: 200 },
  },
  RecordConsent: {
    source: { maxLength: 200 },
  },
  RelaxationBody: {
    after_s: { min: 1, max: 86400 },
  },
  Reply: {
    channel: { minLength: 1, maxLength: 200 },
    text: { maxLength: 100000 },
  },
  Restore: {
    number: { min: 1, max: 2000000000 },
    version: { min: 1, max: 2000000000 },
  },
  Retirement: {
    version: { min: 1, max: 1000000000 },
  },
  RunMacro: {
    version: { min: 1, max: 2000000000 },
    start_at: { min: 0, max: 30 },
    channel: { maxLength: 40 },
  },
  SaveLogView: {
    name: { minLength: 1, maxLength: 80 },
    query: { maxLength: 2000 },
  },
  SetUp: {
    token: { minLength: 1, maxLength: 200 },
    login: { minLength: 1, maxLength: 200 },
    name: { minLength: 1, maxLength: 200 },
    password: { minLength: 12, maxLength: 1000 },
  },
  SignIn: {
    login: { minLength: 1, maxLength: 200 },
    password: { minLength: 1, maxLength: 1000 },
    code: { maxLength: 40 },
  },
  SignatureBody: {
    text: { maxLength: 4000 },
    html: { maxLength: 4000 },
  },
  SiteChange: {
    version: { min: 0, max: 1000000000 },
  },
  SiteChoiceBody: {
    value: { minLength: 1, maxLength: 120 },
  },
  SiteDraft: {
    title: { minLength: 1, maxLength: 60 },
  },
  SiteFieldBody: {
    key: { minLength: 1, maxLength: 32 },
  },
  SiteSetupBody: {
    accent: { maxLength: 7 },
    country: { maxLength: 2 },
  },
  SiteWordsBody: {
    title: { maxLength: 60 },
    greeting: { maxLength: 400 },
    away: { maxLength: 400 },
  },
  SkillNamed: {
    name: { minLength: 1, maxLength: 60 },
  },
  SkillRename: {
    name: { minLength: 1, maxLength: 60 },
    to: { minLength: 1, maxLength: 60 },
  },
  SlotBody: {
    from_min: { min: 0, max: 1439 },
    to_min: { min: 1, max: 2879 },
  },
  SnippetBody: {
    code: { minLength: 1, maxLength: 40 },
    title: { minLength: 1, maxLength: 200 },
    version: { min: 0, max: 2000000000 },
  },
  SnoozeWish: {
    reason: { maxLength: 200 },
  },
  SpecialDayBody: {
    name: { maxLength: 100 },
  },
  Start: {
    channel: { minLength: 1, maxLength: 200 },
    address: { minLength: 1, maxLength: 320 },
    text: { maxLength: 100000 },
    account: { maxLength: 200 },
    hold_s: { min: 0, max: 60 },
  },
  StartAuditExport: {
    actor: { maxLength: 200 },
    action: { maxLength: 40 },
    object: { maxLength: 100 },
    result: { maxLength: 20 },
  },
  StartExport: {
    query: { maxLength: 2000 },
  },
  StartPersonExport: {
    q: { maxLength: 200 },
    organization: { maxLength: 200 },
    tag: { maxLength: 200 },
    language: { maxLength: 200 },
    tier: { maxLength: 200 },
  },
  StateWish: {
    state: { maxLength: 20 },
    reason: { maxLength: 200 },
  },
  StepBody: {
    value: { maxLength: 100 },
    note: { maxLength: 8000 },
  },
  TelegramBotBody: {
    name: { minLength: 1, maxLength: 40 },
    token: { maxLength: 140 },
  },
  TelegramBotChange: {
    version: { min: 1 },
  },
  TelegramMenuBody: {
    wait_s: { min: 10, max: 3600 },
  },
  TelegramTrial: {
    token: { maxLength: 140 },
  },
  TimesBody: {
    warn_before_s: { min: 0, max: 86400 },
  },
  Transfer: {
    note: { maxLength: 8000 },
  },
  TriedToken: {
    token: { minLength: 1, maxLength: 8192 },
  },
  VoiceBody: {
    max_ring_s: { min: 10, max: 180 },
  },
} as const;
