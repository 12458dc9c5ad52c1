import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomBytes, randomUUID } from 'node:crypto';
import { KeyVault } from '../fixture/key-vault.js';
import { AzureKeyRing, isKeyUrl } from './azure-key-ring.js';
import { CiphertextRefused, WrappingKeyMissing } from './key-ring.js';

let vault: KeyVault;
beforeAll(async () => {
  vault = await KeyVault.start();
});
afterAll(() => vault.close());

const ringOf = () =>
  new AzureKeyRing(vault.keyUrl, vault.credential, { httpClient: vault.httpClient, retryOptions: { maxRetries: 0 } });
const place = () => ({ dataKeyId: randomUUID(), connectionId: randomUUID(), generation: 1 });
const dataKey = randomBytes(32);

test('what was wrapped unwraps where it belongs, in the vault alone', async () => {
  const [ring, here] = [ringOf(), place()];
  const wrapped = await ring.wrap(dataKey, here);
  expect(wrapped.wrappingKeyId).toBe(`${vault.keyUrl}/${vault.versions.at(-1)?.id}`);
  expect(wrapped.wrapped).not.toContain(dataKey.toString('base64url'));
  expect(Buffer.from(await ringOf().unwrap(wrapped, here))).toEqual(dataKey);
  expect(vault.asked.at(-1)).toMatch(/^POST \/keys\/wrapping\/[0-9a-f]{32}\/unwrapkey$/);
});

test.each([{ generation: 2 }, { connectionId: randomUUID() }, { dataKeyId: randomUUID() }])(
  'moved to %j it does not',
  async (other) => {
    const here = place();
    const wrapped = await ringOf().wrap(dataKey, here);
    await expect(ringOf().unwrap(wrapped, { ...here, ...other })).rejects.toThrow(CiphertextRefused);
  },
);

test('changed, it is refused; the vault can’t say more', async () => {
  const here = place();
  const { wrapped, wrappingKeyId } = await ringOf().wrap(dataKey, here);
  const changed = `${wrapped.startsWith('A') ? 'B' : 'A'}${wrapped.slice(1)}`;
  await expect(ringOf().unwrap({ wrapped: changed, wrappingKeyId }, here)).rejects.toThrow(CiphertextRefused);
});

test('a new version is the active one, the one before still unwraps, and retired it does not lose its name', async () => {
  const [ring, here] = [ringOf(), place()];
  const before = await ring.wrap(dataKey, here);
  const active = await ring.addActive();
  expect(active).not.toBe(before.wrappingKeyId);
  expect((await ring.wrap(dataKey, here)).wrappingKeyId).toBe(active);
  expect(Buffer.from(await ring.unwrap(before, here))).toEqual(dataKey);
  expect((await ring.activeSince())?.getTime()).toBeGreaterThan(Date.now() - 60_000);
  expect(await ring.ids()).toContain(before.wrappingKeyId);
  await ring.retire(before.wrappingKeyId);
  expect(await ring.ids()).not.toContain(before.wrappingKeyId);
});

test.each([
  'k1',
  'https://elsewhere.vault.azure.net/keys/wrapping/0123456789abcdef0123456789abcdef',
  `https://a-vault.vault.azure.net/keys/wrapping/../other/0123456789abcdef0123456789abcdef`,
  `https://a-vault.vault.azure.net/keys/wrapping/${'0'.repeat(32)}`,
])('a row that names %s leads nowhere else', async (wrappingKeyId) => {
  const before = vault.asked.filter((line) => !line.includes('0'.repeat(32))).length;
  await expect(ringOf().unwrap({ wrapped: 'AAAA', wrappingKeyId }, place())).rejects.toThrow(WrappingKeyMissing);
  expect(vault.asked.filter((line) => !line.includes('0'.repeat(32)))).toHaveLength(before);
});

test('a vault that is down is neither a missing key nor a refused one', async () => {
  const here = place();
  const wrapped = await ringOf().wrap(dataKey, here);
  vault.down = true;
  const failed: unknown = await ringOf()
    .unwrap(wrapped, here)
    .catch((error: unknown) => error);
  vault.down = false;
  expect(failed).toBeInstanceOf(Error);
  expect(failed).not.toBeInstanceOf(CiphertextRefused);
  expect(failed).not.toBeInstanceOf(WrappingKeyMissing);
});

describe('only a key of Azure Key Vault will do', () => {
  test.each(['https://v-1.vault.azure.net/keys/k', 'https://v-1.vault.usgovcloudapi.net/keys/k'])('%s', (url) => {
    expect(isKeyUrl(url)).toBe(true);
  });
  test.each([
    'http://v-1.vault.azure.net/keys/k',
    'https://v-1.vault.azure.net.evil.example/keys/k',
    'https://v-1.vault.azure.net/keys/k/0123456789abcdef0123456789abcdef',
    'https://v-1.vault.azure.net/secrets/k',
    'https://u@v-1.vault.azure.net/keys/k',
  ])('not %s', (url) => {
    expect(isKeyUrl(url)).toBe(false);
  });
});
