import type { Operation, Permission } from '@bliro/contract/policy';
import type { PolicyState } from './state.js';
import type { ToolDefinition } from '../tool/tool.js';

export const presetNames = ['locked_down', 'read_only', 'recommended'] as const;
export type PresetName = (typeof presetNames)[number];

/** What each preset says of every tool of an operation; fields and descriptions stay as they are. */
const presets: Record<PresetName, Record<Operation, Permission>> = {
  locked_down: { read: 'deny', create: 'deny', update: 'deny' },
  read_only: { read: 'always_allow', create: 'deny', update: 'deny' },
  recommended: { read: 'always_allow', create: 'ask', update: 'ask' },
};

export function underPreset<State extends PolicyState & { definitions: ReadonlyMap<string, ToolDefinition> }>(
  state: State,
  name: PresetName,
): PolicyState {
  const tools = [...state.tools].map(([key, settings]) => {
    const operation = state.definitions.get(key)?.operation;
    return [key, operation === undefined ? settings : { ...settings, permission: presets[name][operation] }] as const;
  });
  return { ...state, tools: new Map(tools) };
}
