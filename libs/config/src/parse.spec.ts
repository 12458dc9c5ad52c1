import { expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';

/** A process of its own that reads its configuration with these sources, whose imports name what they are compiled to. */
const code = `
  import { registerHooks } from 'node:module';
  const source = (name, { parentURL }) => parentURL?.endsWith('.ts') && name.startsWith('./') ? name.replace(/js$/, 'ts') : name;
  registerHooks({ resolve: (name, context, next) => next(source(name, context), context) });
  const { z } = await import('zod');
  const { parseConfig } = await import(${JSON.stringify(new URL('./read.ts', import.meta.url).href)});
  const { port } = await import(${JSON.stringify(new URL('./fields.ts', import.meta.url).href)});
  parseConfig('some-service', z.object({ PORT: port(), HEALTH_PORT: port() }));
  console.log('went on');`;

function start(env: Record<string, string>) {
  const args = ['--no-warnings', '--experimental-transform-types', '--input-type=module', '-e', code];
  return spawnSync(process.execPath, args, { env, encoding: 'utf8', cwd: process.cwd() });
}

test('mistakes end the process with one message and code 78, without a stack or a value', () => {
  const { status, stdout, stderr } = start({ PORT: 'hunter2' });
  expect(status).toBe(78);
  expect(stdout).toBe('');
  expect(stderr).toBe(
    'some-service does not start. The configuration has 2 mistakes:\n' +
      '  PORT: expected a port number from 0 to 65535\n' +
      '  HEALTH_PORT is missing: expected a port number from 0 to 65535\n',
  );
});

test('a right configuration goes on', () => {
  expect(start({ PORT: '1', HEALTH_PORT: '2' })).toMatchObject({ status: 0, stdout: 'went on\n' });
});
