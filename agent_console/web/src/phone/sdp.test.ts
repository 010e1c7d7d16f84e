import { expect, it } from 'vitest';
import { onlyTelephone } from '@/phone/sdp';

const sdp = (...lines: string[]): string => ['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 't=0 0', ...lines, ''].join('\r\n');

it('of what a browser speaks, PCMU, PCMA and telephone events of 8 kHz are left', () => {
  const offered = sdp(
    'm=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 110 126',
    'a=rtpmap:111 opus/48000/2', 'a=rtcp-fb:111 transport-cc', 'a=fmtp:111 minptime=10;useinbandfec=1', 'a=rtpmap:63 red/48000/2', 'a=rtpmap:9 G722/8000',
    'a=rtpmap:0 PCMU/8000', 'a=rtpmap:8 PCMA/8000', 'a=rtpmap:110 telephone-event/48000', 'a=rtpmap:126 telephone-event/8000', 'a=fmtp:126 0-16', 'a=mid:0',
  );
  expect(onlyTelephone(offered)).toBe(
    sdp('m=audio 9 UDP/TLS/RTP/SAVPF 0 8 126', 'a=rtpmap:0 PCMU/8000', 'a=rtpmap:8 PCMA/8000', 'a=rtpmap:126 telephone-event/8000', 'a=fmtp:126 0-16', 'a=mid:0'),
  );
});

it('the two that need no line of their own are known without it', () => {
  expect(onlyTelephone(sdp('m=audio 9 RTP/AVP 8 0 18'))).toBe(sdp('m=audio 9 RTP/AVP 8 0'));
});

it('what has nothing in common with a telephone is left as it is', () => {
  const offered = sdp('m=audio 9 UDP/TLS/RTP/SAVPF 111', 'a=rtpmap:111 opus/48000/2');
  expect(onlyTelephone(offered)).toBe(offered);
});

it('other media are not touched', () => {
  const offered = sdp('m=video 9 UDP/TLS/RTP/SAVPF 96', 'a=rtpmap:96 VP8/90000');
  expect(onlyTelephone(offered)).toBe(offered);
});
