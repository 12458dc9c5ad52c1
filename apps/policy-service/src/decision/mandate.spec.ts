import { inputHash, mandateJws, type CrmService } from '@bliro/contract/crm';
import { createSigner, generateSigningKey, KeysUnavailable } from '@bliro/signing';
import { expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { Mandates } from './mandate.js';

test('a mandate of a job-service that has only just started is not refused: nothing can be said of it yet', async () => {
  const [old, fresh] = [await generateSigningKey(), await generateSigningKey()].map((key) =>
    createSigner(key, mandateJws.issuer),
  );
  const published = { keys: [...(old?.jwks().keys ?? [])] };
  const crm = { keys: () => Promise.resolve({ jwksJson: JSON.stringify(published) }) } as CrmService;
  const claims = { org: 'contoso', sub: 'rep', job: randomUUID(), action: randomUUID(), tool: 'create_task' };
  const question = async (signer = old) => ({
    decisionId: randomUUID(),
    correlationId: randomUUID(),
    mandate: (await signer?.sign({ ...claims, input: inputHash('salt', {}) }, mandateJws)) ?? '',
    salt: 'salt',
    inputJson: '{}',
  });
  const mandates = new Mandates(crm);
  await expect(mandates.check(await question())).resolves.toMatchObject({ claims });
  await expect(mandates.check(await question(fresh))).rejects.toThrow(KeysUnavailable);
});
