import { describe, expect, it } from '@jest/globals';
import { chooseProtocol, frame, parseClientFrame, type ClientFrame } from './channels.js';
import { exitStatus } from './status.js';

describe('the channel protocols', () => {
  const choices: [string, string[], string | undefined][] = [
    ['v5 is taken where it is offered, wherever it stands', ['v4.channel.k8s.io', 'v5.channel.k8s.io'], 'v5.channel.k8s.io'],
    ['v4 is taken from clients that know no v5', ['v4.channel.k8s.io', 'v3.channel.k8s.io'], 'v4.channel.k8s.io'],
    ['the protocols before v4 are not taken', ['channel.k8s.io', 'base64.channel.k8s.io'], undefined],
    ['nothing offered, nothing taken', [], undefined],
  ];
  it.each(choices)('%s', (_name, offered, chosen) => {
    expect(chooseProtocol(offered)).toBe(chosen);
  });

  const frames: [string, Buffer, ClientFrame][] = [
    ['channel 0 is stdin', frame(0, 'abc'), { type: 'stdin', data: Buffer.from('abc') }],
    ['stdin may be empty', frame(0, ''), { type: 'stdin', data: Buffer.alloc(0) }],
    ['channel 4 is a resize', frame(4, '{"Width":80,"Height":24}'), { type: 'resize', width: 80, height: 24 }],
    ['a resize that is no JSON is passed over', frame(4, '{'), { type: 'unknown' }],
    ['a resize to null is passed over', frame(4, 'null'), { type: 'unknown' }],
    ['a resize to a size that no terminal has is passed over', frame(4, '{"Width":-1,"Height":24}'), { type: 'unknown' }],
    ['[255, 0] closes stdin', Buffer.from([255, 0]), { type: 'close', channel: 0 }],
    ['clients do not write to stdout', frame(1, 'x'), { type: 'unknown' }],
    ['an empty message is no frame', Buffer.alloc(0), { type: 'unknown' }],
  ];
  it.each(frames)('%s', (_name, message, expected) => {
    expect(parseClientFrame(message, 'v5.channel.k8s.io')).toEqual(expected);
  });

  it('v4 knows no close message', () => {
    expect(parseClientFrame(Buffer.from([255, 0]), 'v4.channel.k8s.io')).toEqual({ type: 'unknown' });
  });

  it('an exit code other than 0 is told as reason NonZeroExitCode with cause ExitCode', () => {
    expect(exitStatus(0)).toMatchObject({ status: 'Success' });
    expect(exitStatus(3)).toEqual({
      apiVersion: 'v1',
      kind: 'Status',
      metadata: {},
      status: 'Failure',
      reason: 'NonZeroExitCode',
      message: 'command terminated with exit code 3',
      details: { causes: [{ reason: 'ExitCode', message: '3' }] },
    });
  });
});
