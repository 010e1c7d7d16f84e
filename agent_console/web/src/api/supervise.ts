/** The calls of supervision, of handing work over, and of asking a colleague. */

import { request } from '@/api/http';
import type {
  AlarmPage,
  AlarmRulesBody,
  AlarmRulesPage,
  AlarmRulesView,
  FloorWorkPage,
  HandingPage,
  Reassign,
} from '@/generated/api';

const write = <T = unknown>(path: string, body?: unknown): Promise<T> => request<T>(path, { method: 'POST', body, idempotencyKey: crypto.randomUUID() });
const at = (...steps: string[]): string => `/${steps.map(encodeURIComponent).join('/')}`;
const work = (interaction: string, action: string): string => at('supervise', 'interactions', interaction, action);

export interface WorkFilter {
  readonly queue: string;
  readonly agent: string;
  readonly state: string;
}

export const floorWork = (filter: WorkFilter, after: string | null, limit: number, signal?: AbortSignal) =>
  request<FloorWorkPage>('/floor/work', { query: { ...filter, after, limit }, signal });
export const reassign = (interaction: string, body: Reassign) => write(work(interaction, 'reassign'), body);
export const prioritise = (interaction: string, body: { priority?: number; first?: boolean; reason?: string }) => write(work(interaction, 'prioritise'), body);
export const pullOut = (interaction: string, reason: string, queueId: string | null) => write(work(interaction, 'pull-out'), { reason, queue_id: queueId });
export const takeOver = (interaction: string) => write(work(interaction, 'take-over'));
export const returnWork = (interaction: string, reason: string) => write(work(interaction, 'return'), { reason });
export const setAgentState = (agent: string, state: string, reason: string) => write(at('supervise', 'agents', agent, 'state'), { state, reason });
export const messageAgent = (agent: string, text: string) => write(at('supervise', 'agents', agent, 'messages'), { text });
export const messageQueue = (queue: string, text: string) => write(at('supervise', 'queues', queue, 'messages'), { text });
export const readNotice = (notice: string) => write(at('notices', notice, 'read'));

export const alarms = (after: string | null) => request<AlarmPage>('/floor/alarms', { query: { after, limit: 50 } });
export const acknowledge = (alarm: string) => write(at('supervise', 'alarms', alarm, 'ack'));
export const alarmRules = () => request<AlarmRulesPage>('/floor/alarm-rules');
export const setAlarmRules = (queue: string, body: AlarmRulesBody) =>
  request<AlarmRulesView>(at('supervise', 'queues', queue, 'alarm-rules'), { method: 'PUT', body });

export const handingAgents = () => request<HandingPage>('/handing/agents');
export const transferToAgent = (interaction: string, agent: string, note: string) =>
  write(at('interactions', interaction, 'transfer-to-agent'), { agent_id: agent, note });
export const askColleague = (interaction: string, agent: string, question: string) =>
  write(at('interactions', interaction, 'consults'), { agent_id: agent, question });
export const endConsult = (consult: string) => write(at('consults', consult, 'end'));
export const handOver = (consult: string) => write(at('consults', consult, 'hand-over'));
