import { z } from 'zod';

export const operations = ['read', 'create', 'update'] as const;
export type Operation = (typeof operations)[number];

export const permissions = ['always_allow', 'ask', 'deny'] as const;
export type Permission = (typeof permissions)[number];

export const predefinedTables = [
  'account',
  'contact',
  'lead',
  'opportunity',
  'task',
  'phonecall',
  'appointment',
  'annotation',
] as const;

/** `<operation>_<table>`; a well-formed key may still name a tool that doesn't exist. */
export const toolKey = z
  .string()
  .max(120)
  .regex(/^(read|create|update)_[a-z][a-z0-9_]*$/, 'expected <operation>_<table>, e.g. update_lead');

export function parseToolKey(key: string): { operation: Operation; table: string } {
  const at = key.indexOf('_');
  return { operation: key.slice(0, at) as Operation, table: key.slice(at + 1) };
}
