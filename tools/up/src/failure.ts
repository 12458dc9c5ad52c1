/** Something a person can act on; printed as its sentence alone. */
export class Failure extends Error {}

/** The sentence for an error that ends a command. */
export function explain(error: unknown): string {
  if (error instanceof Failure) return error.message;
  const { code, port, message } = error as NodeJS.ErrnoException & { port?: number };
  switch (code) {
    case 'ENOSPC':
      return 'The disk is full: free 2 GB and try again.';
    case 'EADDRINUSE':
      return takenPort(port ?? 0);
    case 'EACCES':
      return `A file or a port can't be used: ${message}. Give this user the right to it, or use another clone.`;
    default:
      return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
}

export function takenPort(port: number): string {
  return `Port ${String(port)} is taken by another program. End it, or choose other ports, such as PORT=8081 SANDBOX_PORT=8091.`;
}
