const DEEPEST_CAUSE = 4;

export interface ErrorFields {
  type: string;
  message: string;
  stack?: string;
  code?: string | number;
  cause?: ErrorFields;
  errors?: ErrorFields[];
}

/** What a log line tells of an error: never its other members (database drivers keep a statement's parameters there). */
export function errorFields(error: unknown, depth = 0): ErrorFields {
  if (!(error instanceof Error)) return { type: typeof error, message: String(error) };
  const { code } = error as { code?: unknown };
  const deeper = depth < DEEPEST_CAUSE;
  return {
    type: error.name,
    message: error.message,
    ...(error.stack === undefined ? {} : { stack: error.stack }),
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    ...(deeper && error.cause !== undefined ? { cause: errorFields(error.cause, depth + 1) } : {}),
    ...(deeper && error instanceof AggregateError
      ? { errors: error.errors.slice(0, 5).map((one: unknown) => errorFields(one, depth + 1)) }
      : {}),
  };
}
