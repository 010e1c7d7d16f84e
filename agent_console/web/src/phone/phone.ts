/** One's phone and one's call at this window: what every window shows, and what the one that is the phone does. */

import { defineStore } from 'pinia';
import { computed, ref, shallowRef, watch } from 'vue';
import { Refusal } from '@/api/http';
import * as api from '@/api/phone';
import { isAskedByPhone, nameOf, useDesk } from '@/desks/agent/desk';
import type { PhoneView } from '@/generated/api';
import type { Frame } from '@/generated/frames';
import type { CallView, ConsultView, OfferView } from '@/generated/views';
import { text } from '@/i18n/text';
import { callOf, ownCall } from '@/phone/call-view';
import { canChooseSpeaker, chosenDevice, type Devices, devices, microphone, microphoneTrouble, NO_DEVICES, NoMicrophone, onDevices, onPermission, stopped } from '@/phone/devices';
import { beLeader } from '@/phone/leader';
import { callThatRings, type Known, receptionOf } from '@/phone/reception';
import { Ring } from '@/phone/ring';
import type { MakePhone } from '@/phone/sip';
import { type LegState, type PhoneState, Softphone } from '@/phone/softphone';
import { Speaker } from '@/phone/speaker';
import { type Standing, standingOf } from '@/phone/standing';
import { type Asked, type Channel, Windows } from '@/phone/windows';
import { sayCallRefusal } from '@/phone/words';
import { preferences } from '@/settings/preferences';
import { say } from '@/shell/notices';
import { notify } from '@/sound/alerts';

const AGAIN_MS = 5_000;
const DECLINED_KEPT = 20;

export const usePhone = defineStore('phone', () => {
  const desk = useDesk();
  /** Null until the hub has told, and where it has no telephony. */
  const choice = shallowRef<PhoneView | null>(null);
  const state = shallowRef<PhoneState | null>(null);
  /** Whether this window is the phone. */
  const isHere = ref(false);
  const plugged = shallowRef<Devices>(NO_DEVICES);
  const doing = ref<ReadonlySet<string>>(new Set());
  const declined = shallowRef<ReadonlySet<string>>(new Set());
  const ring = new Ring();
  const speaker = new Speaker();
  let softphone: Softphone | null = null;
  let windows: Windows | null = null;
  let stopLeading = (): void => undefined;
  let ending: (() => void)[] = [];
  let asking = 0;
  let takeAwayNotification = (): void => undefined;

  const calls = computed<readonly CallView[]>(() => desk.desk?.calls ?? []);
  const own = computed<CallView | null>(() => ownCall(calls.value, known.value.me, known.value.offered));
  const leg = computed<LegState | null>(() => (choice.value?.kind === 'browser' ? (state.value?.leg ?? null) : null));
  /** Whoever picks up sees the conversation, whether the key met the offer or the phone that had begun to ring. */
  const answeredHere = computed<string | null>(() => (leg.value?.stage === 'talking' ? (own.value?.interaction_id ?? null) : null));
  const standing = computed<Standing | null>(() => (choice.value?.telephony ? standingOf(choice.value, state.value, desk.me?.phone_ready ?? false) : null));
  const known = computed<Known>(() => ({
    me: desk.me?.id ?? '',
    calls: calls.value,
    offered: new Set(desk.offers.map((offer) => offer.work_item.interaction_id)),
    taken: new Set(desk.mine.filter((row) => row.state === 'assigned').map((row) => row.interaction_id)),
    declined: declined.value,
    isAutoAnswered: choice.value?.auto_answer ?? false,
  }));
  const ringing = computed<CallView | null>(() => (leg.value ? callThatRings(leg.value, known.value) : null));
  /** The offer that the ringing call belongs to. */
  const offer = computed<OfferView | null>(() => desk.offers.find((one) => one.work_item.interaction_id === ringing.value?.interaction_id) ?? null);
  /** A colleague asks on the telephone: about whom, while that call rings here or is talked. */
  const askingMe = computed<ConsultView | null>(() => desk.desk?.consults.find((one) => isAskedByPhone(one, desk.me?.id)) ?? null);
  const told = computed(() => desk.me?.state === 'available' && standing.value?.tone === 'bad');

  /** The phone of `user`, until `end`. */
  function begin(user: string): void {
    windows = new Windows(new BroadcastChannel(`touchline.phone.${user}`) as Channel, { state: (other) => (state.value = other), asked });
    ending = [
      desk.onHeard(heard),
      watch(known, () => softphone?.consider()),
      watch(answeredHere, (id) => { if (id !== null) desk.awaited = id; }),
      watch(() => [preferences.speaker, plugged.value] as const, listen, { immediate: true }),
      watch(() => preferences.microphone, () => void speakAnew()),
      onDevices(() => void look()),
      onPermission(() => void softphone?.begin()),
    ];
    window.addEventListener('online', hurry);
    window.addEventListener('beforeunload', warn);
    void load(user);
  }

  function end(): void {
    window.clearTimeout(asking);
    stopLeading();
    for (const stop of ending) stop();
    ending = [];
    window.removeEventListener('online', hurry);
    window.removeEventListener('beforeunload', warn);
    windows?.close();
    windows = null;
    speaker.remove();
    choice.value = state.value = null;
  }

  /** What one talks with; the hub is asked again until it says, but not where it has no telephony. */
  async function load(user: string): Promise<void> {
    try {
      take(await api.ownPhone(), user);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (error.status === 404 || error.status === 401 || error.status === 403 || windows === null) return;
      asking = window.setTimeout(() => void load(user), AGAIN_MS);
    }
  }

  async function again(): Promise<void> {
    try {
      choice.value = await api.ownPhone();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
    }
  }

  function take(view: PhoneView, user: string): void {
    if (windows === null) return;
    const before = choice.value?.kind;
    choice.value = view;
    if (view.kind === before) return;
    stopLeading();
    stopLeading = (): void => undefined;
    if (view.kind === 'browser' && view.telephony) stopLeading = beLeader('locks' in navigator ? navigator.locks : undefined, user, lead);
  }

  /** This window is the phone from now on; gives what ends that. */
  function lead(): () => void {
    const made = softphoneOf();
    softphone = made;
    isHere.value = true;
    windows?.lead();
    void look();
    void made.begin();
    return () => {
      made.end();
      softphone = null;
      isHere.value = false;
      state.value = null;
      windows?.follow();
    };
  }

  function softphoneOf(): Softphone {
    let make: MakePhone | null = null;
    return new Softphone({
      credentials: async () => {
        // the stack is loaded by whoever has a phone to register
        make ??= (await import('@/phone/jssip')).makePhone;
        return api.phoneCredentials();
      },
      make: (credentials, hears) => {
        if (make === null) throw new Error('credentials come first');
        return make(credentials, hears);
      },
      codeOf: (error) => {
        if (error instanceof Refusal) return { code: error.code, isFinal: error.status === 403 || error.status === 404 || error.status === 401 };
        return { code: 'unreachable', isFinal: false };
      },
      now: () => Date.now(),
      chance: Math.random,
      later: (ms, call) => {
        const timer = window.setTimeout(call, ms);
        return () => window.clearTimeout(timer);
      },
      microphone: () => microphone(preferences.microphone),
      microphoneTrouble,
      release: stopped,
      play: (sound) => speaker.play(sound),
      ring: ringFor,
      receive: (rings) => receptionOf(rings, known.value),
      changed: (now) => {
        state.value = now;
        windows?.tell(now);
      },
      failed: (why) => say(text.t(`phone.why.${why}`), 'bad'),
    });
  }

  function ringFor(isRinging: boolean): void {
    takeAwayNotification();
    takeAwayNotification = (): void => undefined;
    if (!isRinging) return ring.stop();
    if (preferences.sound && preferences.sounds.offer) ring.start(speakerId(), preferences.ringVolume);
    // an offer has its own notification
    if (!offer.value) takeAwayNotification = notify('offer', ringWords(), '', 'phone');
  }

  /** Who is at the other end of the call that rings here. */
  function whoRings(): string {
    if (offer.value) return nameOf(offer.value.card.name);
    return askingMe.value?.asked_by.name || leg.value?.from || text.t('phone.colleague');
  }

  /** Whom a colleague asks about; the number is what the phone was told. */
  const asksAbout = (): string => nameOf(askingMe.value?.person.name || leg.value?.from || '');

  function ringWords(): string {
    if (!offer.value && askingMe.value) return text.t('phone.asks_about', { name: whoRings(), client: asksAbout() });
    return text.t('phone.from', { name: whoRings() });
  }

  function asked(what: Asked): void {
    switch (what.do) {
      case 'answer':
        return void softphone?.answer();
      case 'refuse':
        return softphone?.refuse();
      case 'hang_up':
        return softphone?.hangUp();
      case 'mute':
        return softphone?.mute(what.isMuted);
      case 'press':
        return softphone?.press(what.keys);
      case 'allow':
        return void softphone?.allow();
      case 'begin':
        return void softphone?.begin(true);
      case 'settings':
        return void again();
    }
  }

  /** Has it done by the window that is the phone. */
  function phoneDoes(what: Asked): void {
    if (softphone) asked(what);
    else windows?.ask(what);
  }

  /** Before the desk forgets the offer. */
  function heard(frame: Frame): void {
    if (frame.kind !== 'reservation_ended' || frame.state !== 'declined') return;
    const over = desk.offers.find((one) => one.reservation_id === frame.reservation_id);
    if (over) declined.value = new Set([...declined.value, over.work_item.interaction_id].slice(-DECLINED_KEPT));
  }

  /** Which devices there are, and whether one can be spoken into. */
  async function look(): Promise<void> {
    plugged.value = await devices();
    await softphone?.begin();
  }

  const speakerId = (): string => chosenDevice(plugged.value.speakers, preferences.speaker)?.id ?? '';

  function listen(): void {
    if (canChooseSpeaker()) speaker.use(speakerId());
  }

  async function speakAnew(): Promise<void> {
    try {
      await softphone?.speakAnew();
    } catch (error) {
      if (!(error instanceof NoMicrophone)) throw error;
      say(text.t(`phone.why.${error.trouble}`), 'bad');
    }
  }

  /** Why calls do not come, in words; empty when they do. */
  function whyWords(): string {
    const { why, code } = standing.value ?? { why: '', code: '' };
    const key = [`phone.why.${why}`, `phone.error.${why}`].find((one) => text.has(one));
    return why && key ? text.t(key, { code }) : '';
  }

  function hurry(): void {
    softphone?.hurry();
  }

  /** A call would end with the window that is the phone: the browser asks. */
  function warn(event: BeforeUnloadEvent): void {
    if (isHere.value && leg.value?.stage === 'talking') event.preventDefault();
  }

  /** Picks up: the offer is accepted, and the browser phone answers. */
  async function answer(): Promise<void> {
    const accepted = offer.value;
    phoneDoes({ do: 'answer' });
    if (accepted) await desk.accept(accepted);
  }

  /** Does a thing with a call, once at a time; refusals are said. */
  async function act(name: string, does: () => Promise<unknown>): Promise<boolean> {
    if (doing.value.has(name)) return false;
    doing.value = new Set([...doing.value, name]);
    try {
      await does();
      return true;
    } catch (error) {
      sayCallRefusal(error);
      return false;
    } finally {
      doing.value = new Set([...doing.value].filter((other) => other !== name));
    }
  }

  async function hangUp(): Promise<void> {
    const call = own.value;
    if (call === null) return phoneDoes({ do: 'hang_up' });
    // a hub that cannot be asked hears it from the phone
    if (!(await act('hangup', () => api.hangUp(call.id))) && leg.value) phoneDoes({ do: 'hang_up' });
  }

  function press(keys: string): void {
    const call = own.value;
    if (leg.value?.stage === 'talking') phoneDoes({ do: 'press', keys });
    else if (call) void act(`keys ${keys}`, () => api.pressKeys(call.id, keys));
  }

  return {
    choice, state, isHere, plugged, doing, calls, own, leg, ringing, offer, askingMe, standing, told,
    begin, end, again, take, answer, act, hangUp, press, phoneDoes, whyWords, look, whoRings, asksAbout, ringWords,
    callOf: (interactionId: string) => callOf(calls.value, interactionId),
    playRing: (isRinging: boolean) => (isRinging ? ring.start(speakerId(), preferences.ringVolume) : ring.stop()),
    speakerId,
  };
});
