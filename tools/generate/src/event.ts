import { Failure } from '@bliro/up';
import { camel, create, edit, kebab, pascal } from './write.js';

const owners = ['auth', 'policy', 'crm'];

/** The data schema of a new event in its owner's folder of the contract. */
export function generateEvent(owner?: string, type?: string): string[] {
  if (!owners.includes(owner ?? '')) throw new Failure(`Whose event? ${owners.join(', ')}`);
  if (!/^[a-z][a-z-]*\.[a-z][a-z-]*$/.test(type ?? ''))
    throw new Failure('The type is <subject>.<verb in the past>, such as connection.changed.');
  const name = kebab((type ?? '').replace('.', '-'));
  const folder = `libs/contract/src/${owner ?? ''}`;
  return [
    create(`${folder}/${name}.ts`, event(name, type ?? '')),
    edit(`${folder}/index.ts`, (index) => `${index.trimEnd()}\nexport * from './${name}.js';\n`),
    `Next: name its data, and append() it in the transaction that makes it true:
  await append(manager, [{ organization, type: '${type ?? ''}', subject, subjectVersion, data }]);`,
  ];
}

const event = (name: string, type: string): string => `import { z } from 'zod';

/** \`data\` of \`${type}\`: ids and states, never a secret or what people wrote. */
export const ${camel(name)} = z.object({
  userId: z.string(),
});
export type ${pascal(name)} = z.infer<typeof ${camel(name)}>;
`;
