import { describe, expect, it } from '@jest/globals';
import { foundIn, keysIn, needle } from './needles.js';

const secret = 'sk~?>a secret+with/everything';
const one = needle('it', secret);
const found = (text: string): string[] => foundIn(Buffer.from(text), [one]);

describe('a needle', () => {
  it('is found as it is', () => {
    expect(found(`before${secret}after`)).toEqual(['it']);
  });

  it.each(['', 'a', 'ab', 'abc'])('is found in base64 and base64url after %j', (before) => {
    const whole = Buffer.from(`${before}${secret}zz`);
    expect(found(whole.toString('base64'))).toEqual(['it']);
    expect(found(whole.toString('base64url'))).toEqual(['it']);
  });

  it('is found in hex, in capitals and not', () => {
    const hex = Buffer.from(`a${secret}`).toString('hex');
    expect([...found(hex), ...found(hex.toUpperCase())]).toEqual(['it', 'it']);
  });

  it('is not found where a part of it is missing', () => {
    const part = secret.slice(0, -1);
    expect(found(`${part}${Buffer.from(part).toString('base64')}`)).toEqual([]);
  });

  it('has to be long enough to mean something', () => {
    expect(() => needle('it', 'short')).toThrow('too short');
  });
});

describe('private keys', () => {
  it.each([
    ['{"crv":"Ed25519","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"}', 'a private key (JWK)'],
    ['{\\"d\\": \\"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A\\"}', 'a private key (JWK)'],
    ['-----BEGIN EC PRIVATE KEY-----', 'a private key (PEM)'],
  ])('are seen in %s', (text, kind) => {
    expect(keysIn(Buffer.from(text))).toEqual([kind]);
  });

  it('are not public ones', () => {
    expect(
      keysIn(Buffer.from('-----BEGIN PUBLIC KEY----- {"x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}')),
    ).toEqual([]);
  });
});
