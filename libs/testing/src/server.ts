/** Server for tests, as an admin: `DATABASE_URL`, or PostgreSQL's usual place on this machine. */
export function adminUrl(): string {
  const url = new URL(process.env['DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:5432');
  url.pathname = '/postgres';
  return url.href;
}

export function redisUrl(): string {
  return process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379';
}
