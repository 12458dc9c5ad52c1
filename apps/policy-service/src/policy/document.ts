import { Problem, type InputError } from '@bliro/http';
import { z } from 'zod';
import { settingsOverrides } from '../settings/settings.js';
import { impossibleFields } from '../tool/change-tool.js';
import { toolSettings } from '../tool/tool.schema.js';
import { catalogue, type CurrentPolicy, type PolicyState } from './state.js';

/** The whole policy as one file. It is complete: a tool that it doesn't name is denied, a setting that it doesn't name is the default. */
export const policyDocument = z
  .strictObject({
    version: z.literal(1),
    customTables: z.array(z.string().min(1).max(128)).max(300).meta({ description: 'Tables that tools were made of' }),
    tools: z.record(z.string().max(160), toolSettings).meta({ description: 'By key' }),
    settings: settingsOverrides,
  })
  .meta({ id: 'PolicyDocument' });
export type PolicyDocument = z.output<typeof policyDocument>;

export function documentOf({ customTables, tools, settings }: PolicyState): PolicyDocument {
  return {
    version: 1,
    customTables: [...customTables],
    tools: Object.fromEntries(
      [...tools].map(([key, { fields, ...rest }]) => [key, { ...rest, fields: fields === null ? null : [...fields] }]),
    ),
    settings,
  };
}

/** @throws Problem invalid_body, with each place that can't be as the document says */
export function fromDocument({ shapes }: CurrentPolicy, document: PolicyDocument): PolicyState {
  const known = document.customTables.flatMap((table) => shapes.get(table) ?? []);
  const definitions = catalogue(known);
  const errors: InputError[] = document.customTables.flatMap((table, index) =>
    shapes.has(table)
      ? []
      : [{ pointer: `/customTables/${index}`, message: 'this table has to be added once with POST tools/custom' }],
  );
  for (const [key, { fields }] of Object.entries(document.tools)) {
    const tool = definitions.get(key);
    if (tool === undefined) errors.push({ pointer: `/tools/${key}`, message: 'there is no such tool' });
    else errors.push(...impossibleFields(tool, fields, `/tools/${key}/fields`));
  }
  if (errors.length > 0) throw new Problem('invalid_body', { errors: errors.slice(0, 50) });
  return {
    customTables: new Set(document.customTables),
    tools: new Map(Object.entries(document.tools)),
    settings: document.settings,
  };
}
