import { describe, expect, it } from 'vitest';
import { nextTick, ref } from 'vue';
import { useReplyChannel } from '@/desks/agent/conversation/reply-channel';

function told() {
  const channels = ref(['webchat']);
  const isWriting = ref(false);
  return { channels, isWriting, it: useReplyChannel(() => channels.value, () => isWriting.value) };
}

describe('the channel of a reply', () => {
  it('is where the client was heard last', async () => {
    const { channels, it: reply } = told();
    channels.value = ['telegram', 'webchat'];
    await nextTick();
    expect(reply.channel.value).toBe('telegram');
  });

  it('stays for what is being written, and the next reply follows the client', async () => {
    const { channels, isWriting, it: reply } = told();
    isWriting.value = true;
    reply.hold(reply.channel.value);
    channels.value = ['telegram', 'webchat'];
    await nextTick();
    expect(reply.channel.value).toBe('webchat');
    isWriting.value = false;
    reply.sent();
    expect(reply.channel.value).toBe('telegram');
  });

  it('that was chosen stays for further replies, until the client is heard elsewhere', async () => {
    const { channels, it: reply } = told();
    channels.value = ['telegram', 'webchat'];
    await nextTick();
    reply.pick('webchat');
    reply.sent();
    expect(reply.channel.value).toBe('webchat');
    channels.value = ['email', 'telegram', 'webchat'];
    await nextTick();
    expect(reply.channel.value).toBe('email');
  });

  it('that is gone is not used', () => {
    const { channels, it: reply } = told();
    reply.pick('webchat');
    channels.value = ['telegram'];
    expect(reply.channel.value).toBe('telegram');
  });
});
