import { checkedId, checkedName } from './address.js';

/** A value of a filter with the type that decides how it is written; `null` finds rows without a value. */
export type TypedValue =
  | { type: 'text'; value: string }
  | { type: 'guid'; value: string }
  | { type: 'number'; value: number }
  | { type: 'boolean'; value: boolean }
  | { type: 'date'; value: string }
  | { type: 'instant'; value: string }
  | null;

/** `$filter=…&@p0=…&`: values go as parameters, so that none can become a part of the expression. Empty without conditions. */
export function filterQuery(where: Record<string, TypedValue>): string {
  const conditions = Object.entries(where);
  if (conditions.length === 0) return '';
  const expression = conditions.map(([column], index) => `${checkedName(column)} eq @p${index}`).join(' and ');
  const values = conditions.map(([, value], index) => `@p${index}=${encodeURIComponent(literal(value))}`).join('&');
  return `$filter=${encodeURIComponent(expression)}&${values}&`;
}

export function literal(typed: TypedValue): string {
  if (typed === null) return 'null';
  switch (typed.type) {
    case 'text':
      return `'${typed.value.replaceAll("'", "''")}'`;
    case 'guid':
      return checkedId(typed.value);
    case 'number':
      if (!Number.isFinite(typed.value)) throw new TypeError('This is not a number.');
      return String(typed.value);
    case 'boolean':
      return String(typed.value);
    case 'date':
      return matching(typed.value, /^\d{4}-\d{2}-\d{2}$/);
    case 'instant':
      return matching(typed.value, /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,7})?Z$/);
  }
}

function matching(value: string, form: RegExp): string {
  if (!form.test(value)) throw new TypeError('This is not a date or time.');
  return value;
}
