import { randomBytes, randomUUID } from 'node:crypto';
import { decrypt, encrypt } from './direct-jwe.js';
import type { KeyRing } from './key-ring.js';
import type { KeyStore } from './key-store.js';

/** Whose refresh token it is. */
export interface TokenPlace {
  organization: string;
  userId: string;
  connectionId: string;
  generation: number;
}

export interface Sealed {
  ciphertext: string;
  dataKeyId: string;
}

/** The data key of a token that a row still names is gone: the token can't be had any more, by anybody. */
export class DataKeyGone extends Error {
  override readonly name = 'DataKeyGone';
}

/**
 * Refresh tokens, each encrypted under a data key of its own. The data key stands wrapped in the key store, the ciphertext in
 * the connection's row: neither database alone opens anything.
 */
export class Vault {
  constructor(
    private readonly ring: KeyRing,
    private readonly store: KeyStore,
  ) {}

  /** Stores a new data key, then answers what the row has to hold. A row that isn't written after all: `forget`. */
  async seal(refreshToken: string, place: TokenPlace): Promise<Sealed> {
    const dataKey = randomBytes(32);
    const keyPlace = { dataKeyId: randomUUID(), connectionId: place.connectionId, generation: place.generation };
    const header = { kid: keyPlace.dataKeyId, ...headerOf(place) };
    const ciphertext = await encrypt(Buffer.from(refreshToken), dataKey, header);
    await this.store.put({ ...(await this.ring.wrap(dataKey, keyPlace)), ...keyPlace });
    dataKey.fill(0);
    return { ciphertext, dataKeyId: keyPlace.dataKeyId };
  }

  /** @throws DataKeyGone, CiphertextRefused, WrappingKeyMissing, KeyStoreUnavailable */
  async open({ ciphertext, dataKeyId }: Sealed, place: TokenPlace): Promise<string> {
    const stored = await this.store.get(dataKeyId);
    if (stored === undefined) throw new DataKeyGone('The data key of a refresh token is gone.');
    const keyPlace = { dataKeyId, connectionId: place.connectionId, generation: place.generation };
    const dataKey = await this.ring.unwrap(stored, keyPlace);
    const header = { kid: dataKeyId, ...headerOf(place) };
    const plaintext = await decrypt(ciphertext, dataKey, header, 'A refresh token');
    dataKey.fill(0);
    return Buffer.from(plaintext).toString('utf8');
  }

  async forget(sealed: Sealed): Promise<void> {
    await this.store.remove([sealed.dataKeyId]);
  }

  async isLost(dataKeyId: string): Promise<boolean> {
    return this.store.lacks(dataKeyId);
  }

  /** Ends what was stored for a connection up to this generation: without the keys no copy of the row opens. */
  async destroy(connectionId: string, generation: number): Promise<void> {
    await this.destroyAll([{ id: connectionId, generation }]);
  }

  async destroyAll(connections: readonly { id: string; generation: number }[]): Promise<void> {
    await this.store.removeUpTo(connections);
  }
}

function headerOf({ organization, userId, connectionId, generation }: TokenPlace) {
  return { organization, user: userId, connection: connectionId, generation };
}
