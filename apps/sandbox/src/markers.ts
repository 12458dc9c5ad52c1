import { randomBytes } from 'node:crypto';

/** Stands in clear in every code, refresh token and secret, and as a claim in every JWT. */
const MARKER = 'sandboxSecretDoNotKeep';

/** How the marker looks inside base64url, for each of the three places where a group of three bytes may begin. */
function encodedForms(marker: string): string[] {
  return [0, 1, 2].map((offset) => {
    const padded = Buffer.concat([Buffer.alloc(offset), Buffer.from(marker), Buffer.alloc(3)]);
    const firstWhole = Math.ceil((offset * 8) / 6);
    const lastWhole = Math.floor(((offset + marker.length) * 8) / 6);
    return padded.toString('base64url').slice(firstWhole, lastWhole);
  });
}

/** At least one of these stands literally in every code, token and secret that the sandbox gives out. */
export const secretMarkers: readonly string[] = [MARKER, ...encodedForms(MARKER)];

/** A new opaque secret (256 random bits, base64url) that carries the marker. */
export function mintSecret(prefix: string): string {
  return `${prefix}${MARKER}.${randomBytes(32).toString('base64url')}`;
}

/** Whether the sandbox gave this out, in this run or an earlier one. */
export const isMarked = (secret: string): boolean => secret.includes(MARKER);

/** Value for a JWT's token id, so that the encoded token carries the marker. */
export function markedTokenId(): string {
  return `${MARKER}-${randomBytes(12).toString('base64url')}`;
}

/** The same text without what carries a marker, or looks like a JWT. */
export function withoutSecrets(text: string): string {
  return text.replace(/[\w.~%+-]{20,}/g, (word) => (isSecret(word) ? '…' : word));
}

function isSecret(word: string): boolean {
  return secretMarkers.some((marker) => word.includes(marker)) || /eyJ[\w-]+\.[\w-]+\./.test(word);
}
