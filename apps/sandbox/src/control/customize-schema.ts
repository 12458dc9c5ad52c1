import { z } from 'zod';
import { messages } from '../dataverse/write/plug-ins.js';
import { depths, operations } from '../dataverse/rights/role.js';

/** Rows are objects, which must not be asked for what every object inherits. */
const name = z
  .string()
  .regex(/^(?!constructor$)[a-z][a-z0-9_]{0,99}$/, 'a name in small letters, digits and underscores');
const label = z.string().min(1).max(100);
const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);

export const columnTypes = [
  'text',
  'memo',
  'whole',
  'decimal',
  'money',
  'yesno',
  'date',
  'datetime',
  'choice',
  'choices',
  'lookup',
] as const;

const column = z.strictObject({
  type: z.enum(columnTypes),
  label: label.optional(),
  required: z.enum(['None', 'Recommended', 'ApplicationRequired']).optional(),
  maxLength: z.int().min(1).max(1_073_741_823).optional(),
  min: z.number().optional(),
  max: z.number().optional(),
  options: z
    .record(z.string().regex(/^\d{1,9}$/), label)
    .optional()
    .meta({ description: 'of a choice: label by value' }),
  targets: z
    .record(z.string().regex(/^\w{1,100}$/), name)
    .optional()
    .meta({ description: 'of a lookup: table by navigation property, whose capitals count' }),
});

export type ColumnDefinition = z.output<typeof column>;

const table = z.strictObject({
  name: name.meta({ description: 'logical name' }),
  schemaName: z
    .string()
    .regex(/^\w{1,100}$/)
    .optional(),
  entitySetName: z
    .string()
    .regex(/^\w{1,100}$/)
    .optional(),
  label: label.optional(),
  columns: z.record(name, column).optional(),
  keys: z.record(name, z.array(name).min(1)).optional().meta({ description: 'alternate keys: columns by name' }),
});

const privileges = z.partialRecord(z.enum(operations), z.enum(depths));
const role = z.union([
  z.enum(['full', 'read', 'administrator']),
  z.strictObject({
    name: label,
    tables: z.record(z.string(), privileges).meta({ description: '* stands for every other table' }),
  }),
]);

const upns = z.array(z.string().min(1));

/** What a customer can change about an environment; everything named is done, from top to bottom. */
export const customizeSchema = z
  .strictObject({
    environment: z.guid(),
    table: table.optional().meta({ description: 'adds a table of the customer' }),
    renameTable: z.strictObject({ from: name, to: name }).optional(),
    removeTable: name.optional(),
    column: column
      .extend({ table: name, name })
      .optional()
      .meta({ description: 'adds a column, or gives one that is there another definition (its values go)' }),
    renameColumn: z.strictObject({ table: name, from: name, to: name }).optional(),
    removeColumn: z.strictObject({ table: name, name }).optional(),
    key: z.strictObject({ table: name, name, columns: z.array(name).min(1) }).optional(),
    expireMetadataStamps: z.literal(true).optional(),
    plugIn: z
      .strictObject({
        name: label.default('plug-in'),
        table: name,
        on: z.array(z.enum(messages)).min(1).default(['create', 'update']),
        when: z.record(name, scalar).default({}).meta({ description: 'only on rows with these values' }),
        refuse: z.string().min(1).max(500).optional().meta({ description: 'refuses with this sentence (0x80040265)' }),
        set: z.record(name, scalar).default({}).meta({ description: 'sets these values' }),
        slowMs: z
          .int()
          .min(0)
          .max(600_000)
          .default(0)
          .meta({ description: 'takes that long; over two minutes, it fails' }),
      })
      .optional(),
    removePlugIn: label.optional(),
    duplicateRule: z.strictObject({ name: label, table: name, columns: z.array(name).min(1) }).optional(),
    removeDuplicateRule: label.optional(),
    user: z
      .strictObject({
        upn: z.string().min(1),
        roles: z.array(role).optional().meta({ description: 'none: 0x80042f09' }),
        licence: z.boolean().optional(),
        member: z.boolean().optional(),
        disabled: z.boolean().optional(),
        businessUnit: label.optional().meta({ description: 'by its name; a new one is made' }),
      })
      .optional(),
    addUsers: z
      .strictObject({
        prefix: z
          .string()
          .regex(/^[a-z]{1,20}$/)
          .default('rep'),
        count: z.int().min(1).max(5000),
      })
      .optional()
      .meta({ description: 'salespeople of the tenant, `<prefix>0001@…` and so on, until a reset' }),
    secureColumn: z
      .strictObject({
        table: name,
        column: name,
        read: upns.default([]),
        update: upns.default([]),
        create: upns.default([]),
      })
      .optional()
      .meta({ description: 'column security: who may; administrators always may' }),
    releaseColumn: z.strictObject({ table: name, column: name }).optional(),
    blockedApplications: z.array(z.guid()).optional().meta({ description: 'client ids; an empty list ends it' }),
    ipFirewall: z
      .union([z.null(), z.array(z.union([z.cidrv4(), z.ipv4()]))])
      .optional()
      .meta({ description: 'addresses that may come in; null ends it' }),
  })
  .refine((given) => Object.keys(given).length > 1, 'nothing to change is named');

export type Customization = z.output<typeof customizeSchema>;
