import { type ConfigError, readConfig } from '@bliro/config';
import { describe, expect, it } from '@jest/globals';
import { configSchema } from './config.js';

describe('configuration of crm-worker', () => {
  it('says everything that is missing at once, the queue too', () => {
    let said: readonly string[] = [];
    try {
      readConfig(configSchema, { POLICY_GRPC_URL: 'policy-service' });
    } catch (error) {
      said = (error as ConfigError).mistakes;
    }
    expect(said).toContain('POLICY_GRPC_URL: expected host:port, several of them with commas');
    expect(said.map((mistake) => mistake.split(/[: ]/)[0])).toEqual(
      expect.arrayContaining(['DATABASE_URL', 'DATABASE_DIRECT_URL', 'AUTH_GRPC_URL', 'REDIS_URL']),
    );
  });
});
