import { longestJobDays } from '@bliro/contract/crm';
import { z } from 'zod';
import { comment } from '../tool/tool.schema.js';

const whole = (from: number, to: number, description: string) => z.int().min(from).max(to).meta({ description });
const flag = (description: string) => z.boolean().meta({ description });

const general = {
  approvalHours: whole(1, 720, 'How long an approval stays open'),
  blockedHours: whole(1, 2160, 'How long work waits for a cause that is gone by itself or by its user'),
  resultDays: whole(1, 90, 'How long rows that were read are kept'),
  undoDays: whole(0, 90, 'How long what was done can be undone'),
  jobDays: whole(1, longestJobDays, 'How long a job is kept'),
  standingApprovals: flag('Users may say "don\'t ask again" for a meeting or until a date'),
  keepAlive: flag('Connections that are not used are kept from expiring'),
  undoFromAllUpdates: flag('An update can be undone also where somebody changed the record since'),
};
const limits = {
  jobsPerMinute: whole(1, 10_000, 'Jobs that are taken in for the organization in a minute'),
  actionsPerJob: whole(1, 100, 'Actions that a job may have'),
  readRowsPerHour: whole(0, 1_000_000, "Rows that one user's work may read in an hour"),
};

export const settings = z.object({ ...general, limits: z.object(limits) });
export type Settings = z.output<typeof settings>;

const someSettings = z.strictObject({ ...general, limits: z.strictObject(limits).partial() }).partial();
export type SettingsOverrides = z.output<typeof someSettings>;

/** What an organization has that never said otherwise; only what it did say is stored. */
export const defaultSettings: Settings = {
  approvalHours: 72,
  blockedHours: 168,
  resultDays: 7,
  undoDays: 30,
  jobDays: 90,
  standingApprovals: false,
  keepAlive: false,
  undoFromAllUpdates: false,
  limits: { jobsPerMinute: 60, actionsPerJob: 100, readRowsPerHour: 5_000 },
};

export const settingsOverrides = someSettings.meta({ id: 'SettingsOverrides' });

export const settingsChange = someSettings
  .extend({ comment })
  .refine(({ comment: _comment, ...named }) => Object.keys(named).length > 0, 'expected at least one setting')
  .meta({ id: 'SettingsChange' });
export type SettingsChange = z.output<typeof settingsChange>;

export function effective(overrides: SettingsOverrides): Settings {
  return overlaid(defaultSettings, overrides);
}

/** Settings with others laid over them. */
export function overlaid<S extends SettingsOverrides>(under: S, over: SettingsOverrides): S {
  const merged = { ...under.limits, ...over.limits };
  return { ...under, ...over, ...(Object.keys(merged).length > 0 && { limits: merged }) };
}
