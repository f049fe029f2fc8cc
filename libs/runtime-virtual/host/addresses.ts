/** The node's pod addresses. The one freed longest ago is given again last, so that a late packet does not meet a new pod. */
export class Addresses {
  private readonly base: number;
  private readonly size: number;
  private readonly used = new Set<number>();
  private cursor = 1;

  /** @param cidr for example 10.244.0.0/16. Its first address is the network, its second the gateway, its last the broadcast. */
  constructor(readonly cidr: string) {
    const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(cidr);
    const octets = match?.slice(1, 5).map(Number) ?? [];
    const prefix = Number(match?.[5]);
    if (!match || octets.some((octet) => octet > 255) || prefix < 8 || prefix > 29) {
      throw new RangeError(`podCidr ${cidr}: must be an IPv4 network with a prefix of 8 to 29, for example 10.244.0.0/16`);
    }
    this.size = 2 ** (32 - prefix);
    const address = octets.reduce((sum, octet) => sum * 256 + octet, 0);
    this.base = address - (address % this.size);
  }

  /** undefined: all are taken. */
  take(): string | undefined {
    for (let tries = this.size; tries > 0; tries--) {
      this.cursor = this.cursor + 1 >= this.size - 1 ? 2 : this.cursor + 1;
      if (this.used.has(this.cursor)) continue;
      this.used.add(this.cursor);
      return text(this.base + this.cursor);
    }
    return undefined;
  }

  giveBack(ip: string): void {
    this.used.delete(ip.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0) - this.base);
  }
}

const text = (address: number) => [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
