import type { Permission } from '@bliro/contract/policy';
import { predefinedTools } from '../tool/tool.js';
import type { DecidableTool } from './evaluate.js';

/** What one organization decided, as of one revision; 0 where it never decided anything. */
export interface OrganizationPolicy {
  readonly revision: number;
  readonly tools: ReadonlyMap<string, { readonly permission: Permission; readonly fields: readonly string[] | null }>;
}

/** The tool under a key, or undefined where there is none. A tool that the policy doesn't have is on deny. */
export function decidableTool(policy: OrganizationPolicy, key: string): DecidableTool | undefined {
  const tool = predefinedTools.get(key);
  if (tool === undefined) return undefined;
  const settings = policy.tools.get(key);
  return {
    operation: tool.operation,
    permission: settings?.permission ?? 'deny',
    columns: tool.shape.columns,
    fields: new Set(settings?.fields ?? tool.possibleFields),
    allFields: settings?.fields === null,
  };
}
