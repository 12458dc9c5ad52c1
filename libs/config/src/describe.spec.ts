import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { describeConfig } from './describe.js';
import { databaseUrl, flag, port } from './fields.js';
import { hostConfig, tlsConfig } from './standard-fields.js';

test('a schema describes its variables in its order', () => {
  const schema = z.object({
    PORT: port().default(8080).meta({ description: 'Port of the API' }),
    STANDINS: flag().meta({ description: 'Allows stand-ins' }),
    TLS_KEY_FILE: tlsConfig.TLS_KEY_FILE,
    DATABASE_URL: databaseUrl().meta({ description: 'The database' }).optional(),
    APP_ORIGIN: hostConfig.APP_ORIGIN,
  });
  expect(describeConfig(schema)).toEqual([
    { name: 'PORT', description: 'Port of the API', required: false, default: '8080', secret: false },
    { name: 'STANDINS', description: 'Allows stand-ins', required: false, default: 'false', secret: false },
    { name: 'TLS_KEY_FILE', description: "File with this service's private key (PEM)", required: true, secret: true },
    { name: 'DATABASE_URL', description: 'The database', required: false, secret: true },
    { name: 'APP_ORIGIN', description: expect.stringMatching(/^Origin of/), required: false, secret: false },
  ]);
});
