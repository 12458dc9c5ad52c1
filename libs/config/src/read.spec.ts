import { describe, expect, test } from '@jest/globals';
import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { ConfigError, readConfig } from './read.js';
import { csv, databaseUrl, flag, port, secretFile, serviceUrl } from './fields.js';

const folder = mkdtempSync(join(tmpdir(), 'config-'));

function fileWith(content: string, mode: number): string {
  const path = join(folder, `${content.length}-${mode}`);
  writeFileSync(path, content);
  chmodSync(path, mode);
  return path;
}

function mistakes(schema: z.ZodObject, env: Record<string, string>): readonly string[] {
  try {
    readConfig(schema, env);
  } catch (error) {
    if (error instanceof ConfigError) return error.mistakes;
    throw error;
  }
  return [];
}

describe('readConfig', () => {
  test('reads each kind of field', () => {
    const schema = z.object({
      PORT: port(),
      DEBUG: flag(),
      NAMES: csv().optional(),
      PEER: serviceUrl(),
      DATABASE_URL: databaseUrl(),
      KEY_FILE: secretFile(),
    });
    const env = {
      PORT: '0',
      NAMES: 'a, b,',
      PEER: 'http://127.0.0.1:8090/discovery/',
      DATABASE_URL: 'postgres://u:p@h/d',
      KEY_FILE: fileWith('key\n', 0o600),
    };
    expect(readConfig(schema, env)).toEqual({
      PORT: 0,
      DEBUG: false,
      NAMES: ['a', 'b'],
      PEER: 'http://127.0.0.1:8090/discovery',
      DATABASE_URL: 'postgres://u:p@h/d',
      KEY_FILE: 'key',
    });
  });

  test('names every mistake, and never a value', () => {
    const schema = z.object({
      PORT: port().meta({ description: 'Port of the API' }),
      PEER: serviceUrl(),
      DEBUG: flag(),
      DATABASE_URL: databaseUrl(),
      MISSING: z.string().meta({ description: 'The name of a thing' }),
      HEALTH_PORT: port().meta({ description: 'Port of health' }),
    });
    const env = {
      PORT: '70000-hunter2',
      PEER: 'http://hunter2.example',
      DEBUG: 'hunter2',
      DATABASE_URL: 'mysql://hunter2/',
    };
    expect(mistakes(schema, env)).toEqual([
      'PORT: expected a port number from 0 to 65535',
      'PEER: expected an https address (http on loopback only) without user, query or fragment',
      'DEBUG: expected 1 or 0',
      'DATABASE_URL: expected a PostgreSQL URL such as postgres://user:password@host:5432/database',
      'MISSING is missing (The name of a thing)',
      'HEALTH_PORT is missing: expected a port number from 0 to 65535 (Port of health)',
    ]);
  });

  test('an empty variable counts as unset, and others are ignored', () => {
    const schema = z.object({ PORT: port().default(8080) });
    expect(readConfig(schema, { PORT: '', HOME: '/root' })).toEqual({ PORT: 8080 });
  });

  test('a transform that throws does not carry the value into the message', () => {
    const schema = z.object({
      RING: z.string().transform((text): unknown => JSON.parse(text)),
      PORT: port().default(1),
    });
    expect(mistakes(schema, { RING: 'hunter2' })).toEqual(["RING can't be understood"]);
  });
});

describe('secretFile', () => {
  const schema = z.object({ KEY_FILE: secretFile() });

  test.each([
    ['readable by its group', () => fileWith('key', 0o640)],
    ['readable by anyone', () => fileWith('key', 0o604)],
    ['empty', () => fileWith('', 0o600)],
    ['absent', () => join(folder, 'absent')],
  ])('a file that is %s is a mistake', (_kind, path) => {
    expect(mistakes(schema, { KEY_FILE: path() })).toEqual([
      expect.stringMatching(/^KEY_FILE: expected the path of a file/),
    ]);
  });
});
