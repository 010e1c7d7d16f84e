/** The calls about people and what they prove themselves with: users, one's own account, API keys, webhooks. */

import { request } from '@/api/http';
import type {
  AccessRulesView,
  ApiKeyPage,
  ChangedUser,
  ChangedWebhook,
  DeliveryPage,
  InvitedUser,
  MadeApiKey,
  MadeWebhook,
  NewApiKey,
  NewSecondFactor,
  NewUser,
  NewWebhookBody,
  OwnPassword,
  PasswordSet,
  RecoveryCodes,
  SecondFactorView,
  SignInPage,
  UserPage,
  UserView,
  WebhookPage,
  WebhookView,
} from '@/generated/api';

const at = (...steps: string[]): string => `/${steps.map(encodeURIComponent).join('/')}`;
const post = <T>(path: string, body: unknown): Promise<T> => request<T>(path, { method: 'POST', body });
const put = <T>(path: string, body: unknown): Promise<T> => request<T>(path, { method: 'PUT', body });
const remove = (path: string): Promise<void> => request<void>(path, { method: 'DELETE' });

export const users = (q: string, role: string, after: string | null, limit: number) =>
  request<UserPage>('/users', { query: { q, role, after, limit } });
export const addUser = (body: NewUser) => post<InvitedUser>('/users', body);
export const changeUser = (id: string, body: ChangedUser) => put<UserView>(at('users', id), body);
export const resetPassword = (id: string) => post<PasswordSet>(at('users', id, 'password'), {});
export const endSignIns = (id: string) => remove(at('users', id, 'sign-ins'));
export const resetSecondFactor = (id: string) => remove(at('users', id, 'second-factor'));
export const accessRules = () => request<AccessRulesView>('/access-rules');
export const setAccessRules = (second_factor_roles: readonly string[]) =>
  put<AccessRulesView>('/access-rules', { second_factor_roles });

export const setOwnPassword = (body: OwnPassword) => post<void>('/me/password', body);
export const ownSignIns = () => request<SignInPage>('/me/sign-ins');
export const endOwnSignIn = (id: string) => remove(at('me', 'sign-ins', id));
export const ownSecondFactor = () => request<SecondFactorView>('/me/second-factor');
export const beginSecondFactor = (password: string) => post<NewSecondFactor>('/me/second-factor', { password });
export const confirmSecondFactor = (code: string) => put<RecoveryCodes>('/me/second-factor', { code });
export const renewRecoveryCodes = (password: string) => post<RecoveryCodes>('/me/recovery-codes', { password });
export const dropSecondFactor = (password: string) => post<void>('/me/second-factor/off', { password });

export const apiKeys = (after: string | null) => request<ApiKeyPage>('/api-keys', { query: { after } });
export const addApiKey = (body: NewApiKey) => post<MadeApiKey>('/api-keys', body);
export const revokeApiKey = (id: string) => remove(at('api-keys', id));

export const webhooks = () => request<WebhookPage>('/webhooks');
export const addWebhook = (body: NewWebhookBody) => post<MadeWebhook>('/webhooks', body);
export const changeWebhook = (id: string, body: ChangedWebhook) => put<WebhookView>(at('webhooks', id), body);
export const removeWebhook = (id: string) => remove(at('webhooks', id));
export const testWebhook = (id: string) => post<unknown>(at('webhooks', id, 'test'), undefined);
export const webhookDeliveries = (id: string) => request<DeliveryPage>(at('webhooks', id, 'deliveries'));
export const redeliver = (id: string) => post<void>(at('webhook-deliveries', id, 'again'), undefined);
