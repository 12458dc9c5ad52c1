/** Something that must not stand anywhere, in each form in which it could. */
export interface Needle {
  name: string;
  forms: Buffer[];
}

const shortest = 12;

/** A secret text: as it is, in hex, and inside base64 of either alphabet, wherever in there it begins. */
export function needle(name: string, secret: string): Needle {
  if (secret.length < shortest) throw new Error(`${name} is too short to be looked for.`);
  const bytes = Buffer.from(secret);
  const hex = bytes.toString('hex');
  const encoded = [0, 1, 2].map((offset) => inBase64(bytes, offset));
  const urlSafe = encoded.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'));
  const forms = new Set([secret, hex, hex.toUpperCase(), ...encoded, ...urlSafe]);
  return { name, forms: [...forms].map((form) => Buffer.from(form)) };
}

/** The characters of base64 that depend on nothing but these bytes, where `offset` bytes stand before them in their group of three. */
function inBase64(bytes: Buffer, offset: number): string {
  const padded = Buffer.concat([Buffer.alloc(offset), bytes])
    .toString('base64')
    .replaceAll('=', '');
  const firstWhole = Math.ceil((offset * 8) / 6);
  const lastWhole = Math.floor(((offset + bytes.length) * 8) / 6);
  return padded.slice(firstWhole, lastWhole);
}

/** Private keys in any text, whoever made them. */
const keyPatterns: [name: string, pattern: RegExp][] = [
  ['a private key (PEM)', /-----BEGIN [A-Z ]*PRIVATE KEY-----/],
  ['a private key (JWK)', /\\?"d\\?"\s*:\s*\\?"[A-Za-z0-9_-]{20,}/],
];

export function foundIn(content: Buffer, needles: readonly Needle[]): string[] {
  return needles.filter(({ forms }) => forms.some((form) => content.includes(form))).map(({ name }) => name);
}

export function keysIn(content: Buffer): string[] {
  const text = content.toString('latin1');
  return keyPatterns.filter(([, pattern]) => pattern.test(text)).map(([name]) => name);
}
