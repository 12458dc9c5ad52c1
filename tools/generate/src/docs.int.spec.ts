import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { root } from '@bliro/up';
import { configurationPage, environmentExample, readDeployables } from './docs.js';

describe('the documentation of the configuration', () => {
  it('is what the schemas say (npm run generate -- docs writes it)', async () => {
    const deployables = await readDeployables();
    expect(deployables.map(({ title }) => title)).toEqual(
      expect.arrayContaining(['auth-service', 'crm-worker', 'job-service', 'policy-service', 'sandbox']),
    );
    expect(readFileSync(join(root, 'docs/configuration.md'), 'utf8')).toBe(configurationPage(deployables));
    expect(readFileSync(join(root, '.env.example'), 'utf8')).toBe(environmentExample(deployables));
  });
});
