import { badBatch } from './failure.js';

export interface Part {
  /** Names in small letters. */
  headers: Readonly<Record<string, string>>;
  content: string;
}

/** A request that stands in a part. */
export interface PartRequest {
  method: string;
  url: string;
  headers: Readonly<Record<string, string>>;
  body: string;
}

/** What a `Content-Type` names as the boundary of its parts. */
export function boundaryOf(contentType: string): string | undefined {
  if (!/^multipart\/mixed\b/i.test(contentType)) return undefined;
  const match = /;\s*boundary=(?:"([^"]{1,200})"|([^\s;"]{1,200}))/i.exec(contentType);
  return match?.[1] ?? match?.[2];
}

/**
 * The parts of a body. Line ends are CRLF; where every one of them is LF alone, two more have to follow the end.
 * @throws DataverseFailure for a body that isn't made of such parts
 */
export function partsOf(body: string, boundary: string): Part[] {
  const text = body.replaceAll('\r\n', '\n');
  if (!body.includes('\r\n') && !/--\s*\n\s*\n\s*$/.test(body)) throw badBatch('Stream was not readable.');
  const [, ...rest] = `\n${text}`.split(`\n--${boundary}`);
  const end = rest.findIndex((part) => part.startsWith('--'));
  if (rest.length === 0 || end < 0) throw badBatch('Stream was not readable: the last boundary is missing.');
  return rest.slice(0, end).map((part) => splitHead(part.replace(/^[ \t]*\n/, '')));
}

/** @throws DataverseFailure for a part that holds no request */
export function requestOf({ content }: Part): PartRequest {
  const text = content.replace(/^\n+/, '');
  const at = text.indexOf('\n');
  const line = at < 0 ? text : text.slice(0, at);
  const [, method = '', url = ''] = /^([A-Za-z]{1,10}) (.+?)(?: HTTP\/\d\.\d)?\s*$/.exec(line) ?? [];
  if (method === '') throw badBatch('A part of the batch has no request line.');
  const { headers, content: body } = splitHead(at < 0 ? '' : text.slice(at + 1));
  return { method: method.toUpperCase(), url, headers, body: body.trim() };
}

function splitHead(text: string): Part {
  const at = text.startsWith('\n') ? 0 : text.indexOf('\n\n');
  const head = at < 0 ? text : text.slice(0, at);
  const content = at < 0 ? '' : text.slice(at === 0 ? 1 : at + 2);
  const headers: Record<string, string> = {};
  for (const line of head.split('\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) headers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim();
  }
  return { headers, content };
}
