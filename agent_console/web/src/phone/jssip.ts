/** The SIP stack of the browser phone: JsSIP over a WebSocket of the hub's own port (RFC 7118). Loaded when one registers. */

import { UA, WebSocketInterface } from 'jssip';
import type { EndEvent, RTCSession } from 'jssip/lib/RTCSession';
import type { RTCSessionEvent } from 'jssip/lib/UA';
import { onlyTelephone } from '@/phone/sdp';
import type { CallHeard, Credentials, PhoneHeard, SipCall, SipPhone } from '@/phone/sip';

const REGISTER_S = 120;
/** Seconds between the tries of a connection that was lost. */
const AGAIN_S = { least: 1, most: 15 } as const;
/** How long a browser may gather its candidates; what it has by then is enough. */
const GATHER_MS = 1_000;
const KEY_MS = 120;
const KEY_GAP_MS = 70;

/** The header in which the hub names the call that it rings for. */
const CALL_HEADER = 'X-Touchline-Call';

export function makePhone(credentials: Credentials, heard: PhoneHeard): SipPhone {
  const { protocol, host } = window.location;
  const socket = new WebSocketInterface(`${protocol === 'https:' ? 'wss' : 'ws'}://${host}${credentials.ws_path}`);
  const ua = new UA({
    sockets: [socket],
    uri: credentials.uri,
    authorization_user: credentials.username,
    password: credentials.password,
    realm: credentials.realm,
    register: true,
    register_expires: REGISTER_S,
    session_timers: true,
    no_answer_timeout: 180,
    connection_recovery_min_interval: AGAIN_S.least,
    connection_recovery_max_interval: AGAIN_S.most,
    user_agent: 'Touchline console',
  });
  ua.on('connecting', () => heard.connecting());
  const calls = new Set<RTCSession>();
  let wasLost = false;
  ua.on('registered', () => {
    heard.registered();
    if (wasLost) calls.forEach(findSoundAgain);
    wasLost = false;
  });
  ua.on('disconnected', () => {
    wasLost = true;
    heard.disconnected();
  });
  ua.on('registrationFailed', (event) => heard.refused((event.response as { status_code?: number } | null)?.status_code ?? 0));
  ua.on('newRTCSession', (event: RTCSessionEvent) => {
    const { session } = event;
    if (String(event.originator) !== 'remote') return;
    calls.add(session);
    session.on('ended', () => calls.delete(session));
    session.on('failed', () => calls.delete(session));
    let told: CallHeard | null = null;
    const call = callOf(session, event.request.getHeader(CALL_HEADER) ?? '', () => told);
    heard.called(call, (hear) => (told = hear));
  });
  return {
    start: () => ua.start(),
    stop: () => ua.stop(),
    renew(password) {
      ua.set('password', password);
      ua.register();
    },
  };
}

/** After the network changed under a call its sound is looked for anew (ICE); where it still comes it is left alone. */
function findSoundAgain(session: RTCSession): void {
  const state = session.connection?.iceConnectionState;
  if (!session.isEstablished() || state === 'connected' || state === 'completed') return;
  session.renegotiate({ useUpdate: false, rtcOfferConstraints: { iceRestart: true } });
}

function callOf(session: RTCSession, callId: string, told: () => CallHeard | null): SipCall {
  let gathering = 0;
  // what the hub offers, and what we do, is what telephones speak
  session.on('sdp', (event) => {
    event.sdp = onlyTelephone(event.sdp);
  });
  session.on('icecandidate', (event) => {
    window.clearTimeout(gathering);
    gathering = window.setTimeout(() => event.ready(), GATHER_MS);
  });
  session.on('peerconnection', ({ peerconnection }) => {
    peerconnection.addEventListener('track', ({ track, streams }) => told()?.sound(streams[0] ?? new MediaStream([track])));
  });
  session.on('confirmed', () => told()?.answered());
  const over = (event: EndEvent): void => {
    window.clearTimeout(gathering);
    told()?.ended(event.cause);
  };
  session.on('ended', over);
  session.on('failed', over);
  const senderOf = (): RTCRtpSender | undefined => session.connection?.getSenders().find((sender) => sender.track?.kind === 'audio');
  return {
    id: session.id,
    from: session.remote_identity.display_name || session.remote_identity.uri.user,
    callId,
    answer: (microphone) => {
      if (session.isInProgress()) session.answer({ mediaStream: microphone, pcConfig: { iceServers: [] } });
    },
    refuse: (status_code) => {
      if (!session.isEnded()) session.terminate({ status_code });
    },
    hangUp: () => {
      if (!session.isEnded()) session.terminate();
    },
    mute: (isMuted) => (isMuted ? session.mute({ audio: true }) : session.unmute({ audio: true })),
    press: (keys) => {
      if (session.isEstablished()) senderOf()?.dtmf?.insertDTMF(`${senderOf()?.dtmf?.toneBuffer ?? ''}${keys}`, KEY_MS, KEY_GAP_MS);
    },
    speakInto: async (microphone) => {
      const track = microphone.getAudioTracks()[0];
      if (track) await senderOf()?.replaceTrack(track);
    },
    stats: async () => (session.isEnded() ? null : ((await session.connection?.getStats()) ?? null)),
  };
}
