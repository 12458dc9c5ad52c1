import { CryptographyClient, KeyClient, type CryptographyClientOptions } from '@azure/keyvault-keys';
import type { TokenCredential } from '@azure/identity';
import { base64url } from 'jose';
import { createHash, timingSafeEqual } from 'node:crypto';
import {
  CiphertextRefused,
  type DataKeyPlace,
  type RotatableKeyRing,
  type WrappedKey,
  WrappingKeyMissing,
} from './key-ring.js';

const ALGORITHM = 'RSA-OAEP-256';
const DATA_KEY_BYTES = 32;
const NEWEST_FOR_MS = 60_000;
const RETRIES = { maxRetries: 2, retryDelayInMs: 200, maxRetryDelayInMs: 2_000 };

/** `https://<vault>.<suffix>/keys/<name>`, the key in all its versions. */
const KEY_URL =
  /^(https:\/\/[a-z0-9-]{3,24}\.(?:vault\.azure\.net|vault\.usgovcloudapi\.net|vault\.azure\.cn))\/keys\/([A-Za-z0-9-]{1,127})$/;
const VERSION = /^[0-9a-f]{32}$/;

export const isKeyUrl = (url: string): boolean => KEY_URL.test(url);

/**
 * One RSA key of Azure Key Vault, whose newest version is the active one. The private key never leaves the vault. RSA-OAEP
 * authenticates nothing beside the content, so the place's hash is wrapped together with the data key.
 */
export class AzureKeyRing implements RotatableKeyRing {
  readonly #clients = new Map<string, CryptographyClient>();
  readonly #keys: KeyClient;
  readonly #name: string;
  #newest: { id: string; until: number } | undefined;

  constructor(
    private readonly keyUrl: string,
    private readonly credential: TokenCredential,
    private readonly options: CryptographyClientOptions = {},
  ) {
    const [, vault, name] = KEY_URL.exec(keyUrl) ?? [];
    if (vault === undefined || name === undefined)
      throw new Error('This is not the address of a key in Azure Key Vault.');
    this.#name = name;
    this.#keys = new KeyClient(vault, credential, { retryOptions: RETRIES, ...options });
  }

  async active(): Promise<string> {
    const now = Date.now();
    if (this.#newest !== undefined && this.#newest.until > now) return this.#newest.id;
    const { properties } = await this.#keys.getKey(this.#name);
    const id = `${this.keyUrl}/${properties.version ?? ''}`;
    this.#newest = { id, until: now + NEWEST_FOR_MS };
    return id;
  }

  async wrap(dataKey: Uint8Array, place: DataKeyPlace): Promise<WrappedKey> {
    const wrappingKeyId = await this.active();
    const content = Buffer.concat([dataKey, hashOf(place)]);
    const { result } = await this.client(wrappingKeyId).wrapKey(ALGORITHM, content);
    content.fill(0);
    return { wrappingKeyId, wrapped: base64url.encode(result) };
  }

  async unwrap({ wrappingKeyId, wrapped }: WrappedKey, place: DataKeyPlace): Promise<Uint8Array> {
    const { result } = await this.client(wrappingKeyId)
      .unwrapKey(ALGORITHM, base64url.decode(wrapped))
      .catch((error: unknown) => {
        throw refusalOf(error, wrappingKeyId);
      });
    const content = Buffer.from(result);
    const bound = content.subarray(DATA_KEY_BYTES);
    const expected = hashOf(place);
    if (bound.length !== expected.length || !timingSafeEqual(bound, expected))
      throw new CiphertextRefused('A data key');
    return content.subarray(0, DATA_KEY_BYTES);
  }

  async addActive(): Promise<string> {
    const { properties } = await this.#keys.rotateKey(this.#name);
    this.#newest = undefined;
    return `${this.keyUrl}/${properties.version ?? ''}`;
  }

  async activeSince(): Promise<Date | undefined> {
    return (await this.#keys.getKey(this.#name)).properties.createdOn;
  }

  async ids(): Promise<string[]> {
    const ids: string[] = [];
    for await (const { version, enabled } of this.#keys.listPropertiesOfKeyVersions(this.#name)) {
      if (enabled === true && version !== undefined) ids.push(`${this.keyUrl}/${version}`);
    }
    return ids;
  }

  /** Disabled, not deleted: the vault can enable it again. */
  async retire(id: string): Promise<void> {
    await this.#keys.updateKeyProperties(this.#name, id.slice(this.keyUrl.length + 1), { enabled: false });
  }

  /** Only for versions of the configured key: an id from the database leads nowhere else. */
  private client(wrappingKeyId: string): CryptographyClient {
    const version = wrappingKeyId.startsWith(`${this.keyUrl}/`) ? wrappingKeyId.slice(this.keyUrl.length + 1) : '';
    if (!VERSION.test(version)) throw new WrappingKeyMissing(wrappingKeyId);
    const known = this.#clients.get(wrappingKeyId);
    if (known !== undefined) return known;
    const made = new CryptographyClient(wrappingKeyId, this.credential, { retryOptions: RETRIES, ...this.options });
    this.#clients.set(wrappingKeyId, made);
    return made;
  }
}

function hashOf({ dataKeyId, connectionId, generation }: DataKeyPlace): Buffer {
  return createHash('sha256')
    .update(JSON.stringify([dataKeyId, connectionId, generation]))
    .digest();
}

function refusalOf(error: unknown, wrappingKeyId: string): unknown {
  const { statusCode } = error as { statusCode?: number };
  if (statusCode === 404) return new WrappingKeyMissing(wrappingKeyId);
  return statusCode === 400 ? new CiphertextRefused('A data key') : error;
}
