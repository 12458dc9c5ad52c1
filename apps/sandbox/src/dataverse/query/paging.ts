import { badQuery } from '../failure.js';
import type { Row } from '../row.js';

/** As many rows as one answer has at most. */
export const LONGEST_PAGE = 5000;

export interface Page {
  rows: Row[];
  /** `$skiptoken` of the next page, encoded for a URL. */
  next?: string;
}

/**
 * One page of all rows that a query found.
 * @param token what the last page's link said, decoded
 * @throws DataverseFailure for a token that isn't ours
 */
export function pageOf(all: readonly Row[], size: number, primaryId: string, token: string | undefined): Page {
  const { page, last } = token === undefined ? { page: 1, last: undefined } : readToken(token);
  const after = last === undefined ? -1 : all.findIndex(({ id }) => id === last);
  // Where the row that the last page ended with is gone, the count of pages has to do.
  const start = after >= 0 ? after + 1 : (page - 1) * size;
  const rows = all.slice(start, start + size);
  const [first, end] = [rows[0], rows.at(-1)];
  if (!first || !end || start + size >= all.length) return { rows };
  return { rows, next: writeToken(page + 1, primaryId, first.id, end.id) };
}

/** A cookie in the form of the documentation: XML, whose inner cookie is encoded twice. */
function writeToken(page: number, primaryId: string, first: string, last: string): string {
  const guid = (id: string): string => `{${id.toUpperCase()}}`;
  const inner = `<cookie page="${page - 1}"><${primaryId} last="${guid(last)}" first="${guid(first)}" /></cookie>`;
  const cookie = `<cookie pagenumber="${page}" pagingcookie="${encoded(encoded(inner))}" istracking="False" />`;
  return encoded(cookie);
}

function encoded(text: string): string {
  return encodeURIComponent(text);
}

function readToken(token: string): { page: number; last: string | undefined } {
  const [, page, inner = ''] = /^<cookie pagenumber="(\d{1,9})" pagingcookie="([^"]*)"/.exec(token) ?? [];
  if (page === undefined || page === '0') throw malformed();
  const last = /last="\{([0-9a-f-]{36})\}"/i.exec(decoded(decoded(inner)))?.[1];
  return { page: Number(page), last: last?.toLowerCase() };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw malformed();
  }
}

function malformed(): Error {
  return badQuery('Malformed XML in the Paging Cookie.');
}
