/** Where a wrapped data key belongs; bound to it by the wrapping. */
export interface DataKeyPlace {
  dataKeyId: string;
  connectionId: string;
  generation: number;
}

export interface WrappedKey {
  wrappingKeyId: string;
  wrapped: string;
}

/** Wraps data keys: with keys of a file, or in a key vault far away. */
export interface KeyRing {
  /** The key that new data keys are wrapped with. */
  active(): Promise<string>;
  wrap(dataKey: Uint8Array, place: DataKeyPlace): Promise<WrappedKey>;
  /** @throws WrappingKeyMissing, CiphertextRefused, or what the provider throws when it can't be reached */
  unwrap(key: WrappedKey, place: DataKeyPlace): Promise<Uint8Array>;
}

/** A ring whose keys an operator changes. */
export interface RotatableKeyRing extends KeyRing {
  /** Puts a new key in as the active one; what it answers is its id. */
  addActive(): Promise<string>;
  /** Since when the active key is that; undefined where that isn't known. */
  activeSince(): Promise<Date | undefined>;
  ids(): Promise<string[]>;
  /** Takes a key out of use that nothing depends on any more. */
  retire(id: string): Promise<void>;
}

/** Names the key that isn't in the ring, never its value. */
export class WrappingKeyMissing extends Error {
  override readonly name = 'WrappingKeyMissing';
  constructor(readonly wrappingKeyId: string) {
    super(`The key ring has no key "${wrappingKeyId}".`);
  }
}

/** Something stored was changed, or moved to where it doesn't belong. */
export class CiphertextRefused extends Error {
  override readonly name = 'CiphertextRefused';
  constructor(what: string) {
    super(`${what} does not decrypt where it stands.`);
  }
}
