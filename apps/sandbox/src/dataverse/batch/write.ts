import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { WebApiAnswer } from '../web-api/request.js';

/** What becomes of one part: an answer, or those of a change set. */
export interface Piece {
  changeSet: boolean;
  answers: { contentId: string | undefined; answer: WebApiAnswer }[];
}

const CRLF = '\r\n';

/** The answers of a batch as one body. */
export function multipart(pieces: readonly Piece[], name: string): { body: string; contentType: string } {
  const boundary = `${name}_${randomUUID()}`;
  const parts = pieces.map(
    (piece) => `--${boundary}${CRLF}${piece.changeSet ? changeSetPart(piece) : singlePart(piece)}`,
  );
  return { body: `${parts.join('')}--${boundary}--${CRLF}`, contentType: `multipart/mixed; boundary=${boundary}` };
}

function changeSetPart({ answers }: Piece): string {
  const pieces = answers.map((one) => ({ changeSet: false, answers: [one] }));
  const { body, contentType } = multipart(pieces, 'changesetresponse');
  return `Content-Type: ${contentType}${CRLF}${CRLF}${body}`;
}

function singlePart({ answers }: Piece): string {
  return answers.map(({ contentId, answer }) => partOf(contentId, answer)).join('');
}

function partOf(contentId: string | undefined, { status, headers, body }: WebApiAnswer): string {
  const address = headers['OData-EntityId'];
  const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
  const shown = {
    ...(address === undefined ? {} : { Location: address }),
    ...headers,
  };
  return [
    'Content-Type: application/http',
    'Content-Transfer-Encoding: binary',
    ...(contentId === undefined ? [] : [`Content-ID: ${contentId}`]),
    '',
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    ...Object.entries(shown).map(([name, value]) => `${name}: ${value}`),
    '',
    text,
    '',
  ].join(CRLF);
}
