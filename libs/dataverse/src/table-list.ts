import { z } from 'zod';
import { label, list } from './metadata-form.js';

/** A table of the environment, as far as a list of all says. */
export interface TableSummary {
  table: string;
  displayName: string;
  /** Rows live outside Dataverse. */
  virtual: boolean;
  /** Microsoft's own plumbing, without a form or address of its own: intersections, private and logical tables. */
  internal: boolean;
}

const table = z.object({
  LogicalName: z.string(),
  DisplayName: label,
  EntitySetName: z.string().nullish(),
  TableType: z.string().nullish(),
  IsIntersect: z.boolean().nullish(),
  IsPrivate: z.boolean().nullish(),
  IsLogicalEntity: z.boolean().nullish(),
});

export const tableListQuery = `?$select=${Object.keys(table.shape).join(',')}`;

export const tableListForm = list(
  table.transform((found): TableSummary => ({
    table: found.LogicalName,
    displayName: found.DisplayName || found.LogicalName,
    virtual: found.TableType === 'Virtual',
    internal: [found.IsIntersect, found.IsPrivate, found.IsLogicalEntity].includes(true) || !found.EntitySetName,
  })),
);
