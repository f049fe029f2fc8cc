import { describe, expect, it } from '@jest/globals';
import { Addresses } from './addresses.js';
import { signalNumber } from './signals.js';

describe('pod addresses', () => {
  it('come from the network, without its own, the gateway and the broadcast address', () => {
    const addresses = new Addresses('10.244.7.9/29');
    const taken = [1, 2, 3, 4, 5, 6].map(() => addresses.take());
    expect(taken).toEqual(['10.244.7.10', '10.244.7.11', '10.244.7.12', '10.244.7.13', '10.244.7.14', undefined]);
  });

  it('are not given again at once', () => {
    const addresses = new Addresses('10.244.0.0/16');
    const first = addresses.take();
    addresses.giveBack(first ?? '');
    expect([first, addresses.take()]).toEqual(['10.244.0.2', '10.244.0.3']);
  });

  it('are given again when there are no others', () => {
    const addresses = new Addresses('10.0.0.0/29');
    const all = [1, 2, 3, 4, 5].map(() => addresses.take() ?? '');
    addresses.giveBack(all[2] ?? '');
    expect(addresses.take()).toBe(all[2]);
  });

  it.each(['10.244.0.0', '10.244.0.0/33', '300.0.0.0/16', 'fd00::/64'])('refuses %s', (cidr) => {
    expect(() => new Addresses(cidr)).toThrow(`podCidr ${cidr}: must be an IPv4 network`);
  });
});

describe('stop signals', () => {
  it.each([
    ['SIGTERM', 15],
    ['TERM', 15],
    ['sigquit', 3],
    ['9', 9],
    ['SIGRTMIN+3', 37],
    ['SIGNOPE', undefined],
    ['65', undefined],
  ])('%s is %p', (name, number) => {
    expect(signalNumber(name)).toBe(number);
  });
});
