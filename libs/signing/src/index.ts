export { generateSigningKey } from './signing-key.js';
export { createSigner, signerOf, type Signer } from './signer.js';
export { createVerifier, SignatureRefused, type Verifier } from './verifier.js';
export { KeysUnavailable } from './key-cache.js';
export { keysAt, keysOf } from './keys.js';
export { type JSONWebKeySet } from 'jose';
