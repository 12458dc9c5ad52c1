import { importJWK, type CryptoKey, type JSONWebKeySet } from 'jose';

export type SignatureAlgorithm = 'EdDSA' | 'ES256' | 'RS256';

/** The issuer's keys can't be had at the moment: transient. */
export class KeysUnavailable extends Error {
  override readonly name = 'KeysUnavailable';

  constructor(options?: ErrorOptions) {
    super("The issuer's public keys are out of reach.", options);
  }
}

const REFETCH_AFTER_MS = 3_000;
/** A key in use by one replica of an issuer may be unknown to the others for as long as they are being replaced. */
const FOREIGN_AFTER_MS = 60_000;
const MOST_MISSED = 1_000;
const STALE_AFTER_MS = 10 * 60_000;

/**
 * Public keys by `kid`. One fetch at a time; an unknown kid causes one at most every few seconds. It is the issuer's newest key until
 * the issuer hasn't known it for a minute.
 */
export class KeyCache {
  private keys = new Map<string, CryptoKey>();
  /** When each unknown kid was first asked for, oldest first. */
  private readonly missed = new Map<string, number>();
  private fetchedAt = Number.NEGATIVE_INFINITY;
  private pending: Promise<void> | undefined;

  constructor(
    private readonly fetchKeys: () => Promise<JSONWebKeySet>,
    private readonly clock: () => number = () => performance.now(),
  ) {}

  /**
   * Undefined for a kid that the issuer hasn't known for a minute.
   * @throws KeysUnavailable where that isn't certain yet, or the keys can't be fetched
   */
  async find(kid: string): Promise<CryptoKey | undefined> {
    const known = this.keys.get(kid);
    const age = this.clock() - this.fetchedAt;
    if (known !== undefined) {
      // A key in use outlives an outage of its issuer; one that was withdrawn goes with the next fetch.
      if (age > STALE_AFTER_MS) this.refresh().catch(() => undefined);
      return known;
    }
    if (age >= REFETCH_AFTER_MS) await this.refresh();
    const key = this.keys.get(kid);
    if (key === undefined) this.requireForeign(kid);
    return key;
  }

  private requireForeign(kid: string): void {
    const since = this.missed.get(kid) ?? this.clock();
    if (this.fetchedAt - since >= FOREIGN_AFTER_MS) return;
    this.missed.set(kid, since);
    const [oldest] = this.missed.keys();
    if (this.missed.size > MOST_MISSED && oldest !== undefined) this.missed.delete(oldest);
    throw new KeysUnavailable();
  }

  private refresh(): Promise<void> {
    this.pending ??= this.fetch().finally(() => (this.pending = undefined));
    return this.pending;
  }

  private async fetch(): Promise<void> {
    try {
      const { keys } = await this.fetchKeys();
      this.keys = new Map(await Promise.all(keys.filter(isUsable).map(imported)));
      for (const kid of this.keys.keys()) this.missed.delete(kid);
    } catch (error) {
      throw new KeysUnavailable({ cause: error });
    }
    this.fetchedAt = this.clock();
  }
}

type Jwk = JSONWebKeySet['keys'][number];

function isUsable(jwk: Jwk): jwk is Jwk & { kid: string } {
  return typeof jwk.kid === 'string' && algorithmOf(jwk) !== undefined;
}

function algorithmOf({ kty, crv }: Jwk): SignatureAlgorithm | undefined {
  if (kty === 'OKP' && crv === 'Ed25519') return 'EdDSA';
  if (kty === 'EC' && crv === 'P-256') return 'ES256';
  return kty === 'RSA' ? 'RS256' : undefined;
}

/** Of the members the public ones alone: nothing signed can be made with what is kept here. */
async function imported(jwk: Jwk & { kid: string }): Promise<[string, CryptoKey]> {
  const { kid, kty, crv, x, y, n, e } = jwk;
  return [kid, (await importJWK({ kty, crv, x, y, n, e } as Jwk, algorithmOf(jwk))) as CryptoKey];
}
