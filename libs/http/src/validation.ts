import { Injectable, StandardSchemaValidationPipe, type ArgumentMetadata } from '@nestjs/common';
import { Problem, type InputError } from './problem.js';

type Path = readonly (PropertyKey | { readonly key: PropertyKey })[];

/** An issue of any Standard Schema; `code`, `keys` and `errors` are what zod adds to it. */
interface Issue {
  readonly message: string;
  readonly path?: Path | undefined;
  readonly code?: string;
  readonly keys?: readonly string[];
  readonly errors?: readonly (readonly Issue[])[];
}

const MOST_ERRORS = 50;

/** Validates `@Body`, `@Query` and `@Param` with the schema in their options. */
@Injectable()
export class InputValidationPipe extends StandardSchemaValidationPipe {
  override async transform<T>(value: T, metadata: ArgumentMetadata): Promise<T> {
    const { schema, type } = metadata;
    if (schema === undefined || !this.toValidate(metadata)) return value;
    this.stripProtoKeys(value);
    const result = await this.validate(value, schema, this.validateOptions);
    if (result.issues === undefined) return result.value as T;
    throw refusal(type, result.issues);
  }
}

/** A path parameter that can't be an id answers like an id that is unknown. */
function refusal(type: ArgumentMetadata['type'], issues: readonly Issue[]): Problem {
  if (type === 'param') return new Problem('not_found');
  return new Problem(type === 'query' ? 'invalid_query' : 'invalid_body', { errors: inputErrors(issues) });
}

/** One entry an unknown field, one an issue otherwise; never a value of the input. */
export function inputErrors(issues: readonly Issue[]): InputError[] {
  return issues.flatMap((issue) => expand(issue, [])).slice(0, MOST_ERRORS);
}

function expand({ message, path = [], code, keys, errors }: Issue, above: readonly PropertyKey[]): InputError[] {
  const at = [...above, ...path.map((segment) => (typeof segment === 'object' ? segment.key : segment))];
  if (code === 'unrecognized_keys' && keys !== undefined)
    return keys.map((key) => ({ pointer: pointer([...at, key]), message: 'Unknown field' }));
  const nearest = errors === undefined ? [] : nearestForm(errors);
  if (nearest.length > 0) return nearest.flatMap((issue) => expand(issue, at));
  return [{ pointer: pointer(at), message }];
}

/** Of the forms that an input may have, the one with the fewest mistakes is most likely the one that was meant. */
function nearestForm(forms: readonly (readonly Issue[])[]): readonly Issue[] {
  return [...forms].sort((a, b) => a.length - b.length)[0] ?? [];
}

function pointer(path: readonly PropertyKey[]): string {
  return path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
