import { Injectable, StandardSchemaValidationPipe, type ArgumentMetadata } from '@nestjs/common';
import { Problem, type InputError } from './problem.js';

type Issues = readonly {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}[];

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
function refusal(type: ArgumentMetadata['type'], issues: Issues): Problem {
  if (type === 'param') return new Problem('not_found');
  return new Problem(type === 'query' ? 'invalid_query' : 'invalid_body', { errors: inputErrors(issues) });
}

/** One entry an unknown field, one an issue otherwise; never a value of the input. */
export function inputErrors(issues: Issues): InputError[] {
  return issues
    .flatMap((issue) => {
      const path = (issue.path ?? []).map((segment) => (typeof segment === 'object' ? segment.key : segment));
      const { code, keys } = issue as { code?: string; keys?: string[] };
      if (code !== 'unrecognized_keys' || keys === undefined)
        return [{ pointer: pointer(path), message: issue.message }];
      return keys.map((key) => ({ pointer: pointer([...path, key]), message: 'Unknown field' }));
    })
    .slice(0, MOST_ERRORS);
}

function pointer(path: readonly PropertyKey[]): string {
  return path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
