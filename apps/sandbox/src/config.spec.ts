import { ConfigError, readConfig } from '@bliro/config';
import { describe, expect, it } from '@jest/globals';
import { configSchema } from './config.js';

describe('configSchema', () => {
  it('needs nothing but the word that stand-ins are allowed', () => {
    expect(readConfig(configSchema, { ALLOW_LOCAL_STANDINS: '1' })).toMatchObject({
      SANDBOX_PORT: 8090,
      BIND_ADDRESS: '127.0.0.1',
      HOST_AUDIENCE: 'bliro-crm',
    });
  });

  it.each([undefined, '0', '', 'true'])('starts nothing with ALLOW_LOCAL_STANDINS=%s', (value) => {
    expect(() => readConfig(configSchema, { ALLOW_LOCAL_STANDINS: value })).toThrow(ConfigError);
  });
});
