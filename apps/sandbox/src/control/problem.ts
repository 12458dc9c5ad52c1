import type { z } from 'zod';
import type { Answer } from './exchange.js';

/** A control call that can't be done, as problem+json. */
export class ControlProblem extends Error {
  override readonly name = 'ControlProblem';

  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
    readonly errors?: readonly { pointer: string; message: string }[],
  ) {
    super(detail);
  }

  answer(): Answer {
    const { status, code, message: detail, errors } = this;
    return {
      status,
      headers: { 'content-type': 'application/problem+json' },
      body: {
        type: 'about:blank',
        title: titles[status] ?? 'Bad Request',
        status,
        detail,
        code,
        ...(errors && { errors }),
      },
    };
  }
}

const titles: Partial<Record<number, string>> = { 403: 'Forbidden', 404: 'Not Found', 409: 'Conflict' };

/** @throws ControlProblem with every mistake */
export function checked<S extends z.ZodType>(schema: S, given: unknown): z.output<S> {
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const errors = result.error.issues.map(({ path, message }) => ({
    pointer: path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join(''),
    message,
  }));
  const detail = errors.map(({ pointer, message }) => `${pointer || 'body'}: ${message}`).join('; ');
  throw new ControlProblem(400, 'invalid_body', detail, errors);
}

/** @throws ControlProblem for a body that is not JSON */
export function parsedJson(body: unknown): unknown {
  try {
    return JSON.parse(typeof body === 'string' ? body : '');
  } catch {
    throw new ControlProblem(400, 'invalid_json', 'The body is not valid JSON.');
  }
}
