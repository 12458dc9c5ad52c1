import { ConfigError, readConfig, type Environment } from '@bliro/config';
import { describe, expect, it } from '@jest/globals';
import { configSchema } from './config.js';

const mistakes = (env: Environment): readonly string[] => {
  try {
    readConfig(configSchema, env);
    return [];
  } catch (error) {
    return (error as ConfigError).mistakes;
  }
};

describe('configuration of job-service', () => {
  it('says everything that is missing at once, the queue too', () => {
    const said = mistakes({}).join('\n');
    for (const name of [
      'DATABASE_URL',
      'DATABASE_WORK_URL',
      'SIGNING_KEY_FILE',
      'HOST_PIPELINE_JWKS_URL',
      'REDIS_URL',
    ]) {
      expect(said).toContain(name);
    }
  });

  it('takes one queue, not two', () => {
    const both = { REDIS_URL: 'redis://127.0.0.1', QUEUE_DATABASE_URL: 'postgres://127.0.0.1/x' };
    expect(mistakes(both).some((mistake) => mistake.startsWith('REDIS_URL'))).toBe(true);
    expect(mistakes({ REDIS_URL: both.REDIS_URL }).some((mistake) => mistake.startsWith('REDIS_URL'))).toBe(false);
  });

  it('refuses a stand-in for the host product, unless that is allowed', () => {
    const standin = { HOST_ISSUER: 'https://sandbox.invalid' };
    expect(mistakes(standin).some((mistake) => mistake.startsWith('HOST_ISSUER'))).toBe(true);
    const allowed = { ...standin, ALLOW_LOCAL_STANDINS: '1' };
    expect(mistakes(allowed).some((mistake) => mistake.startsWith('HOST_ISSUER'))).toBe(false);
  });
});
