import { DatabaseMistake } from './errors.js';

/** The same server, another database. Keeps the query part (`sslmode` and the like). */
export function onDatabase(serverUrl: string, database: string): string {
  const url = parse(serverUrl);
  url.pathname = `/${encodeURIComponent(database)}`;
  return url.href;
}

export function asLogin(url: string, login: string, password: string | undefined): string {
  const as = parse(url);
  as.username = encodeURIComponent(login);
  as.password = password === undefined ? '' : encodeURIComponent(password);
  return as.href;
}

function parse(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^postgres(ql)?:$/.test(url.protocol) || url.hostname === '') {
    throw new DatabaseMistake('The database address must look like postgres://user:password@host:port/database.');
  }
  return url;
}
