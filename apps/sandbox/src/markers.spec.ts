import { describe, expect, it } from '@jest/globals';
import { markedTokenId, mintSecret, secretMarkers, withoutSecrets } from './markers.js';

describe('secretMarkers', () => {
  it('stand literally in a minted secret', () => {
    expect(secretMarkers.some((marker) => mintSecret('x.').includes(marker))).toBe(true);
  });

  it.each([0, 1, 2, 3, 4, 5])('stand in the base64url of JSON, behind %d more characters', (padding) => {
    const encoded = Buffer.from(JSON.stringify({ p: 'x'.repeat(padding), uti: markedTokenId() })).toString('base64url');
    expect(secretMarkers.some((marker) => encoded.includes(marker))).toBe(true);
  });

  it('do not stand in what is no secret', () => {
    const harmless = Buffer.from(JSON.stringify({ sub: 'user', org: 'sandbox', secret: 'DoNotKeep' })).toString(
      'base64url',
    );
    expect(secretMarkers.some((marker) => harmless.includes(marker))).toBe(false);
    for (const marker of secretMarkers) expect(marker.length).toBeGreaterThan(20);
  });
});

describe('withoutSecrets', () => {
  const jwt = `eyJhbGciOiJSUzI1NiJ9.${Buffer.from('{"sub":"x"}').toString('base64url')}.c2ln`;

  it.each([mintSecret('0.'), encodeURIComponent(mintSecret('1.')), jwt])('leaves nothing of %s', (secret) => {
    expect(withoutSecrets(`$filter=name eq '${secret}'&x=1`)).toBe("$filter=name eq '…'&x=1");
  });

  it('leaves the rest as it is', () => {
    const query = '$select=subject,activityid&$filter=activityid eq 7e3b9b4b-59d8-8d00-a3f7-073996d606ef';
    expect(withoutSecrets(query)).toBe(query);
  });
});
