import { beforeAll, describe, expect, it } from '@jest/globals';
import { ESLint } from 'eslint';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './workspace.js';

const boundaries = '@nx/enforce-module-boundaries';
const environment = 'no-restricted-properties';

let eslint: ESLint;
beforeAll(async () => {
  eslint = new ESLint({ cwd: root });
  // The first file takes seconds: the graph of the projects and the types of all of them.
  await rulesBrokenBy('libs/rpc/src/index.ts', '');
}, 60_000);

describe('the lint rejects', () => {
  it.each([
    [
      'the vault in the worker, by its path',
      'apps/crm-worker/src/main.ts',
      "import '../../auth-service/src/vault/vault.js';",
      boundaries,
    ],
    [
      'auth-service in the worker, by its name',
      'apps/crm-worker/src/main.ts',
      "import '@bliro/auth-service';",
      boundaries,
    ],
    ['an app in another', 'apps/job-service/src/main.ts', "import '@bliro/policy-service';", boundaries],
    ['an app in a library', 'libs/rpc/src/index.ts', "import '@bliro/auth-service';", boundaries],
    ['an app in a tool', 'tools/up/src/up.ts', "import '@bliro/auth-service';", boundaries],
    ['bullmq in an app', 'apps/crm-worker/src/main.ts', "import 'bullmq';", boundaries],
    ['bullmq in a test of an app', 'apps/crm-worker/**/*.spec.ts', "import 'bullmq';", boundaries],
    ['ioredis in a library', 'libs/ledger/src/index.ts', "import 'ioredis';", boundaries],
    ['MSAL in another app', 'apps/policy-service/src/main.ts', "import '@azure/msal-node';", boundaries],
    ['MSAL in a library', 'libs/http/src/index.ts', "import '@azure/msal-node';", boundaries],
    ['MSAL in the sandbox', 'apps/sandbox/src/main.ts', "import '@azure/msal-node';", boundaries],
    ['the ledger in the library below it', 'libs/event-log/src/index.ts', "import '@bliro/ledger';", boundaries],
    ['anything of ours in the contract', 'libs/contract/src/callers.ts', "import '@bliro/observe';", boundaries],
    ['Nest in the Dataverse client', 'libs/dataverse/src/index.ts', "import '@nestjs/common';", boundaries],
    ['what is made for tests in production', 'apps/auth-service/src/main.ts', "import '@bliro/testing';", boundaries],
    [
      'a fixture in production',
      'apps/auth-service/src/main.ts',
      "import './fixture/browser.js';",
      'no-restricted-imports',
    ],
    ['a package that is not declared', 'libs/contract/src/callers.ts', "import 'undici';", boundaries],
    [
      'process.env in an app',
      'apps/auth-service/src/main.ts',
      "export const url = process.env['DATABASE_URL'];",
      environment,
    ],
    [
      'process.env in a library',
      'libs/database/src/index.ts',
      "export const url = process.env['DATABASE_URL'];",
      environment,
    ],
    [
      'env of node:process',
      'apps/auth-service/src/main.ts',
      "import { env } from 'node:process';",
      'no-restricted-imports',
    ],
    [
      'env taken from process',
      'apps/auth-service/src/main.ts',
      'export const { env } = process;',
      'no-restricted-syntax',
    ],
    [
      'a promise that nobody waits for',
      'apps/auth-service/src/main.ts',
      'Promise.resolve();',
      '@typescript-eslint/no-floating-promises',
    ],
    ['a file of more than 300 lines', 'apps/auth-service/src/main.ts', '\n'.repeat(300), 'max-lines'],
    ['a test that runs alone', 'libs/rpc/**/*.spec.ts', "it.only('', () => {});", 'no-restricted-syntax'],
  ])(
    '%s',
    async (_what, path, code, rule) => {
      expect(await rulesBrokenBy(path, code)).toContain(rule);
    },
    20_000,
  );
});

describe('the lint accepts', () => {
  it.each([
    ['MSAL in auth-service', 'apps/auth-service/src/main.ts', "import '@azure/msal-node';"],
    ["MSAL in the sandbox's tests", 'apps/sandbox/**/*.spec.ts', "import '@azure/msal-node';"],
    ['bullmq in its rooms', 'libs/queue/src/index.ts', "import 'bullmq';"],
    ['bullmq in the job client', 'libs/job-client/src/index.ts', "import 'bullmq';"],
    ['the queue in the worker', 'apps/crm-worker/src/main.ts', "import '@bliro/queue';"],
    ['the ledger in job-service', 'apps/job-service/src/main.ts', "import '@bliro/ledger';"],
    ['the event log in the ledger', 'libs/ledger/src/index.ts', "import '@bliro/event-log';"],
    ['what is made for tests in a test', 'apps/auth-service/**/*.spec.ts', "import '@bliro/testing';"],
    ['process.env in config.ts', 'apps/auth-service/src/config.ts', "export const url = process.env['DATABASE_URL'];"],
  ])(
    '%s',
    async (_what, path, code) => {
      expect(await rulesBrokenBy(path, code)).toEqual([]);
    },
    20_000,
  );
});

/** Lints the code as if it stood in (the first of) these files, which must exist for the types to be known. */
async function rulesBrokenBy(path: string, code: string): Promise<string[]> {
  const [file] = globSync(path, { cwd: root, exclude: (each) => each === 'node_modules' });
  if (file === undefined) throw new Error(`There is no ${path}, so nothing would be proved.`);
  const [result] = await eslint.lintText(`${code}\n`, { filePath: join(root, file) });
  const messages = result?.messages ?? [];
  const failed = messages.find((message) => message.fatal);
  if (failed) throw new Error(failed.message);
  return messages.map((message) => message.ruleId ?? '');
}
