import { readdirSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describeConfig, type VariableDescription } from '@bliro/config';
import { root } from '@bliro/up';
import type { z } from 'zod';

interface ConfigModule {
  configSchema: z.ZodObject;
  migrateConfigSchema?: z.ZodObject;
}

interface Deployable {
  title: string;
  variables: VariableDescription[];
}

/** Writes `docs/configuration.md` and `.env.example` from the services' own schemas. */
export async function generateDocs(): Promise<string[]> {
  const deployables = await readDeployables();
  writeFileSync(join(root, 'docs/configuration.md'), configurationPage(deployables));
  writeFileSync(join(root, '.env.example'), environmentExample(deployables));
  return ['wrote docs/configuration.md', 'wrote .env.example'];
}

export async function readDeployables(): Promise<Deployable[]> {
  const found: Deployable[] = [];
  for (const app of readdirSync(join(root, 'apps')).sort()) {
    const file = join(root, 'apps', app, 'dist', 'config.js');
    if (!existsSync(file)) continue;
    const { configSchema, migrateConfigSchema } = (await import(pathToFileURL(file).href)) as ConfigModule;
    found.push({ title: app, variables: describeConfig(configSchema) });
    if (migrateConfigSchema)
      found.push({ title: `${app}, migrations`, variables: describeConfig(migrateConfigSchema) });
  }
  return found;
}

export function configurationPage(deployables: Deployable[]): string {
  const sections = deployables.map(({ title, variables }) => {
    const rows = variables.map(
      ({ name, description, required, default: fallback, secret }) =>
        `| \`${name}\` | ${description.replaceAll('|', '\\|')}${secret ? ' **(secret)**' : ''} | ${required ? 'required' : fallback === undefined ? '' : `\`${fallback}\``} |`,
    );
    return `## ${title}\n\n| variable | meaning | default |\n| --- | --- | --- |\n${rows.join('\n')}\n`;
  });
  return `# Configuration

Each process reads its environment once at its start, says every mistake in one message, and ends with exit code 78 where there is one. Variables that end in \`_FILE\` name a file;
one with a secret must be readable by its owner alone (0600). \`npm start\` sets all of this by itself. This page is written by \`npm run generate -- docs\`.

${sections.join('\n')}`;
}

export function environmentExample(deployables: Deployable[]): string {
  const sections = deployables.map(({ title, variables }) => {
    const lines = variables.map(
      ({ name, description, required, default: fallback }) =>
        `# ${description}\n${required ? '' : '# '}${name}=${fallback ?? ''}`,
    );
    return `# ── ${title}\n${lines.join('\n')}\n`;
  });
  return `# Written by \`npm run generate -- docs\` from the services' schemas. \`npm start\` needs none of it.\n\n${sections.join('\n')}`;
}
