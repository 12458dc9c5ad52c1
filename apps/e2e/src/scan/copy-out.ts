import { Client, type Connection, type Submittable } from 'pg';

/** Gathers what `COPY … TO STDOUT` sends. */
class CopyOut implements Submittable {
  private readonly chunks: Buffer[] = [];
  readonly content: Promise<Buffer>;
  private settle!: { resolve: (content: Buffer) => void; reject: (error: Error) => void };

  constructor(private readonly sql: string) {
    this.content = new Promise((resolve, reject) => {
      this.settle = { resolve, reject };
    });
  }

  submit(connection: Connection): void {
    connection.query(this.sql);
  }

  handleCopyData({ chunk }: { chunk: Buffer }): void {
    this.chunks.push(chunk);
  }

  handleCommandComplete(): void {
    // The content is whole when the server is ready for the next query.
  }

  handleReadyForQuery(): void {
    this.settle.resolve(Buffer.concat(this.chunks));
  }

  handleError(error: Error): void {
    this.settle.reject(error);
  }
}

export interface TableContent {
  table: string;
  content: Buffer;
}

const tablesSql = `
  select format('%I.%I', nspname, relname) as name
  from pg_class join pg_namespace on pg_namespace.oid = relnamespace
  where relkind in ('r', 'm') and nspname not in ('pg_catalog', 'information_schema') and nspname !~ '^pg_toast'
  order by 1`;

/** Every table of a database, whole. The address has to be of a superuser: row level security hides rows from everybody else. */
export async function tablesOf(url: string): Promise<TableContent[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>(tablesSql);
    const tables: TableContent[] = [];
    for (const { name } of rows) {
      const copy = client.query(new CopyOut(`copy ${name} to stdout`));
      tables.push({ table: name, content: await copy.content });
    }
    return tables;
  } finally {
    await client.end();
  }
}
