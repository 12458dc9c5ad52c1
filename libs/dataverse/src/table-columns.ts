import { z } from 'zod';
import { label, list, type Choice, type DateBehavior } from './metadata-form.js';

/** A column as an administrator chooses it: what may be done with it, and which values it takes. */
export interface ColumnDetails {
  name: string;
  displayName: string;
  /** Dataverse's `AttributeType`, and `MultiSelectPicklist`, `File` or `Image` where that only says `Virtual`. */
  type: string;
  create: boolean;
  update: boolean;
  read: boolean;
  requiredLevel: 'None' | 'Recommended' | 'ApplicationRequired' | 'SystemRequired';
  secured: boolean;
  primaryId: boolean;
  primaryName: boolean;
  /** Shows a part of another column, or is computed: nothing that anybody writes. */
  derived: boolean;
  maxLength?: number;
  min?: number;
  max?: number;
  options?: Choice[];
  dateBehavior?: DateBehavior;
  targets?: string[];
}

const managed = z.object({ Value: z.string() });

const base = z.object({
  LogicalName: z.string(),
  DisplayName: label,
  AttributeType: z.string(),
  AttributeTypeName: z.object({ Value: z.string() }).nullish(),
  AttributeOf: z.string().nullish(),
  RequiredLevel: managed.nullish(),
  IsValidForCreate: z.boolean().nullish(),
  IsValidForUpdate: z.boolean().nullish(),
  IsValidForRead: z.boolean().nullish(),
  IsLogical: z.boolean().nullish(),
  IsSecured: z.boolean().nullish(),
  IsPrimaryId: z.boolean().nullish(),
  IsPrimaryName: z.boolean().nullish(),
  SourceType: z.number().nullish(),
});
type Base = z.output<typeof base>;

type Bounds = Pick<ColumnDetails, 'maxLength' | 'min' | 'max' | 'targets'>;
interface Bounded {
  name: string;
  bounds: Bounds;
}

const named = { LogicalName: z.string() };
const lengths = z
  .object({ ...named, MaxLength: z.number().nullish() })
  .transform(({ LogicalName: name, MaxLength }): Bounded => ({ name, bounds: maybe('maxLength', MaxLength) }));
const ranges = z
  .object({ ...named, MinValue: z.number().nullish(), MaxValue: z.number().nullish() })
  .transform(({ LogicalName: name, MinValue, MaxValue }): Bounded => {
    return { name, bounds: { ...maybe('min', MinValue), ...maybe('max', MaxValue) } };
  });
const targets = z
  .object({ ...named, Targets: z.array(z.string()).nullish() })
  .transform(({ LogicalName: name, Targets }): Bounded => ({ name, bounds: maybe('targets', Targets) }));

const cast = (kind: string, select: string): string =>
  `/Attributes/Microsoft.Dynamics.CRM.${kind}AttributeMetadata?$select=LogicalName,${select}`;

/** What a table's columns are asked with beside choices and dates: one request a derived type. */
export const columnQueries = {
  base: { query: `/Attributes?$select=${Object.keys(base.shape).join(',')}`, form: list(base) },
  bounds: [
    ...['String', 'Memo'].map((kind) => ({ query: cast(kind, 'MaxLength'), form: list(lengths) })),
    ...['Integer', 'Decimal', 'Double', 'Money'].map((kind) => ({
      query: cast(kind, 'MinValue,MaxValue'),
      form: list(ranges),
    })),
    { query: cast('Lookup', 'Targets'), form: list(targets) },
  ],
};

/** Types that Dataverse all calls `Virtual`. */
const virtualTypes: Record<string, string> = {
  MultiSelectPicklistType: 'MultiSelectPicklist',
  FileType: 'File',
  ImageType: 'Image',
};

export function columnDetails(
  columns: readonly Base[],
  bounds: readonly Bounded[],
  details: readonly { name: string; options?: Choice[]; dateBehavior?: DateBehavior }[],
): ColumnDetails[] {
  const boundsOf = new Map(bounds.map(({ name, bounds: found }) => [name, found]));
  const detailsOf = new Map(details.map(({ name, ...rest }) => [name, rest]));
  return columns.map((column) => ({
    name: column.LogicalName,
    displayName: column.DisplayName || column.LogicalName,
    type: virtualTypes[column.AttributeTypeName?.Value ?? ''] ?? column.AttributeType,
    create: column.IsValidForCreate ?? false,
    update: column.IsValidForUpdate ?? false,
    read: column.IsValidForRead ?? false,
    requiredLevel: levelOf(column),
    secured: column.IsSecured ?? false,
    primaryId: column.IsPrimaryId ?? false,
    primaryName: column.IsPrimaryName ?? false,
    derived: Boolean(column.AttributeOf) || (column.IsLogical ?? false) || (column.SourceType ?? 0) !== 0,
    ...boundsOf.get(column.LogicalName),
    ...detailsOf.get(column.LogicalName),
  }));
}

function levelOf({ RequiredLevel }: Base): ColumnDetails['requiredLevel'] {
  const level = RequiredLevel?.Value;
  return level === 'Recommended' || level === 'ApplicationRequired' || level === 'SystemRequired' ? level : 'None';
}

function maybe<Name extends string, Value>(name: Name, value: Value | null | undefined): Partial<Record<Name, Value>> {
  return (value === null || value === undefined ? {} : { [name]: value }) as Partial<Record<Name, Value>>;
}
