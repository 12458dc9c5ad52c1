export { generateSigningKey } from './signing-key.js';
export { createSigner, InvalidSigningKey, type Signer, type SignOptions } from './signer.js';
export { createVerifier, SignatureRefused, type RefusalCode, type Verifier, type VerifierOptions } from './verifier.js';
export { KeysUnavailable } from './key-cache.js';
export { type JSONWebKeySet } from 'jose';
