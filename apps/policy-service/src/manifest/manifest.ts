import { Injectable } from '@nestjs/common';
import type { Caller } from '@bliro/http';
import { z } from 'zod';
import type { OrganizationPolicy } from '../decision/policy.js';
import { PolicySnapshots } from '../decision/policy-snapshots.js';
import { namedPageQuery, pageByName } from '../paging.js';
import { etagOf } from '../tool/etag.js';
import { formats, toFormat, type ModelTool } from './formats.js';
import { inputSchema } from './input-schema.js';

/** What clients take of tools in one request. */
const mostTools = 100;
const mostDescription = 1_024;

export const manifestQuery = z.strictObject({
  format: z.enum(formats).default('json-schema'),
  ...namedPageQuery({ default: mostTools }),
  limit: z.coerce.number().int().min(1).max(mostTools).default(mostTools),
});
export type ManifestQuery = z.output<typeof manifestQuery>;

export const manifestView = z
  .object({
    tools: z.array(z.looseObject({})).meta({ description: 'Each in the form that the format asks for' }),
    nextCursor: z.string().optional(),
  })
  .meta({ id: 'Manifest' });
export type ManifestView = z.output<typeof manifestView>;

/** The tools of an organization that are not denied, as models see them. */
@Injectable()
export class Manifest {
  /** A policy never changes, so neither does what is told of it. */
  private readonly known = new WeakMap<OrganizationPolicy, readonly ModelTool[]>();

  constructor(private readonly snapshots: PolicySnapshots) {}

  async of({ organization }: Caller, query: ManifestQuery): Promise<{ content: ManifestView; etag: string }> {
    const { items, ...more } = pageByName(await this.tools(organization), ({ name }) => name, query);
    const content = { tools: items.map((tool) => toFormat[query.format](tool)), ...more };
    return { content, etag: etagOf(content) };
  }

  private async tools(organization: string): Promise<readonly ModelTool[]> {
    const policy = await this.snapshots.current(organization);
    const known = this.known.get(policy);
    if (known !== undefined) return known;
    const tools = modelTools(policy);
    this.known.set(policy, tools);
    return tools;
  }
}

export function modelTools(policy: OrganizationPolicy): ModelTool[] {
  return [...policy.definitions.values()].flatMap((definition) => {
    const tool = policy.tool(definition.key);
    if (tool === undefined || tool.permission === 'deny') return [];
    const { key: name, title, operation } = definition;
    const description = described(policy.description(definition), tool.permission === 'ask');
    const fields = definition.possibleFields.filter((field) => tool.fields.has(field));
    return [
      { name, title, description, operation, inputSchema: inputSchema({ operation, columns: tool.columns, fields }) },
    ];
  });
}

function described(description: string, asks: boolean): string {
  const whole = asks ? `${description} The user is asked to approve each call.` : description;
  return whole.length > mostDescription ? description : whole;
}
