import { z } from 'zod';

/** A cursor is the place of the last item that was shown, in a form that nobody is tempted to write by hand. */
export function cursorOf(place: readonly unknown[]): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/** `?limit=&cursor=` of a list whose places have this form. */
export function pageQuery<Place extends z.ZodType>(place: Place, limit: { default: number } = { default: 50 }) {
  const cursor = z
    .string()
    .max(600)
    .transform((text, context): z.output<Place> => {
      const parsed = place.safeParse(decoded(text));
      if (parsed.success) return parsed.data;
      context.addIssue({ code: 'custom', message: 'not a cursor of this list' });
      return z.NEVER;
    })
    .optional();
  return { limit: z.coerce.number().int().min(1).max(200).default(limit.default), cursor };
}

/** `?limit=&cursor=` of a list that is sorted by a name. */
export const namedPageQuery = (limit: { default: number }) => pageQuery(z.tuple([z.string()]), limit);

export interface NamedPage {
  limit: number;
  cursor?: readonly [string] | undefined;
}

/** One page of what is there anyway, sorted by name. */
export function pageByName<Item>(
  all: readonly Item[],
  nameOf: (item: Item) => string,
  { limit, cursor }: NamedPage,
): { items: Item[]; nextCursor?: string } {
  const rest = cursor === undefined ? all : all.filter((item) => nameOf(item) > cursor[0]);
  return cut(rest, limit, (item) => [nameOf(item)]);
}

/** The first `limit` of what was found, and where to go on when there is more. */
export function cut<Item>(
  found: readonly Item[],
  limit: number,
  placeOf: (item: Item) => readonly unknown[],
): { items: Item[]; nextCursor?: string } {
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return found.length > limit && last !== undefined ? { items, nextCursor: cursorOf(placeOf(last)) } : { items };
}

function decoded(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch {
    return undefined;
  }
}
