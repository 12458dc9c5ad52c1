import type { Permission } from '@bliro/contract/policy';
import { catalogue } from '../policy/state.js';
import type { TableShape } from '../shape/shape.js';
import type { ToolDefinition } from '../tool/tool.js';
import { unconfigured } from '../tool/tool.js';
import type { DecidableTool } from './evaluate.js';

interface Configured {
  readonly key: string;
  readonly permission: Permission;
  readonly description: string | null;
  readonly fields: readonly string[] | null;
}
export interface PolicyParts {
  readonly tools: readonly Configured[];
  readonly shapes: readonly TableShape[];
  readonly pauses: readonly { readonly scope: string; readonly id: string }[];
}

/** What one organization decided, as of one revision; 0 where it never decided anything. Never changed once it is made. */
export class OrganizationPolicy {
  /** Every tool that there is, sorted by key. */
  readonly definitions: ReadonlyMap<string, ToolDefinition>;
  private readonly configured: ReadonlyMap<string, Configured>;
  private readonly paused: ReadonlySet<string>;
  /** Made when they are first asked for. */
  private readonly decidable = new Map<string, DecidableTool>();

  constructor(
    readonly revision: number,
    { tools, shapes, pauses }: PolicyParts,
  ) {
    this.definitions = catalogue(shapes);
    this.configured = new Map(tools.map((tool) => [tool.key, tool]));
    this.paused = new Set(pauses.map(({ scope, id }) => `${scope} ${id}`));
  }

  /** The tool under a key, or undefined where there is none. One that nobody configured is on deny. */
  tool(key: string): DecidableTool | undefined {
    const known = this.decidable.get(key);
    if (known !== undefined) return known;
    const definition = this.definitions.get(key);
    if (definition === undefined) return undefined;
    const { permission, fields } = this.configured.get(key) ?? unconfigured(definition);
    const tool: DecidableTool = {
      operation: definition.operation,
      permission,
      columns: definition.shape.columns,
      fields: new Set(fields ?? definition.possibleFields),
      allFields: fields === null,
    };
    this.decidable.set(key, tool);
    return tool;
  }

  description({ key, description }: ToolDefinition): string {
    return this.configured.get(key)?.description ?? description;
  }

  /** Whether work of this user with this tool waits until somebody ends a pause. */
  isPaused(tool: string, userId: string): boolean {
    if (this.paused.size === 0) return false;
    return ['organization ', `tool ${tool}`, `user ${userId}`].some((pause) => this.paused.has(pause));
  }
}
