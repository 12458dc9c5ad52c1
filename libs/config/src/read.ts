import { z } from 'zod';
import { fieldsOf, innermost } from './schema.js';

/** Every mistake of a configuration in one message: the variable's name and what is expected, never the value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(readonly mistakes: readonly string[]) {
    const count = mistakes.length === 1 ? '1 mistake' : `${mistakes.length} mistakes`;
    super(`The configuration has ${count}:\n${mistakes.map((mistake) => `  ${mistake}`).join('\n')}`);
  }
}

/** BSD's EX_CONFIG: a supervisor does not start such a process again. */
const CONFIG_EXIT_CODE = 78;

export type Environment = Record<string, string | undefined>;

/**
 * Reads what the schema names from the environment; other variables are ignored, and an empty one counts as unset.
 * @throws ConfigError with all mistakes
 */
export function readConfig<S extends z.ZodObject>(schema: S, env: Environment): z.output<S> {
  const given = Object.fromEntries(
    Object.keys(schema.shape).flatMap((name) => {
      const value = env[name]?.trim();
      return value ? [[name, value]] : [];
    }),
  );
  const result = attempt(schema, given);
  if (result.success) return result.data;
  throw new ConfigError([...new Set(result.error.issues.map((issue) => describe(issue, schema, given)))]);
}

/** Reads process.env. With mistakes it writes one message to stderr and ends the process with code 78. */
export function parseConfig<S extends z.ZodObject>(service: string, schema: S): z.output<S> {
  try {
    return readConfig(schema, process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${service} does not start. ${error.message}\n`);
    process.exit(CONFIG_EXIT_CODE);
  }
}

/** A transform that throws would carry a piece of the value in its message: only the variable's name is kept. */
function attempt<S extends z.ZodObject>(schema: S, given: Environment): z.ZodSafeParseResult<z.output<S>> {
  try {
    return schema.safeParse(given);
  } catch {
    const unreadable = Object.entries(fieldsOf(schema)).filter(([name, field]) => throws(field, given[name]));
    throw new ConfigError(unreadable.map(([name]) => `${name} can't be understood`));
  }
}

function throws(field: z.core.$ZodType, value: unknown): boolean {
  try {
    z.safeParse(field, value);
    return false;
  } catch {
    return true;
  }
}

function describe(issue: z.core.$ZodIssue, schema: z.ZodObject, given: Environment): string {
  const name = String(issue.path[0] ?? '');
  if (name === '') return issue.message;
  const field = fieldsOf(schema)[name];
  if (given[name] !== undefined || issue.code === 'custom' || field === undefined) return `${name}: ${issue.message}`;
  const { expects, description } = innermost(field).notes;
  const wanted = expects === undefined ? '' : `: expected ${expects}`;
  return `${name} is missing${wanted}${description === undefined ? '' : ` (${description})`}`;
}
