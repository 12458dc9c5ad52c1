import {
  entitySetName,
  tableDefinition,
  type Dataverse,
  type DataverseResult,
  type TableDefinition,
} from '@bliro/dataverse';

const keptMs = 5 * 60_000;
const mostKept = 1000;

/** What tables of environments look like, kept for five minutes. It says nothing of anybody's rows or rights. */
export class Definitions {
  readonly #kept = new Map<string, { at: number; value: unknown }>();

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** `cached` where the answer is not of this moment and may be out of date. */
  table(apiUrl: string, dataverse: Dataverse, table: string) {
    return this.#keep<TableDefinition>(`${apiUrl} ${table}`, () => tableDefinition(dataverse, table));
  }

  entitySet(apiUrl: string, dataverse: Dataverse, table: string) {
    return this.#keep<string>(`${apiUrl} ${table} set`, () => entitySetName(dataverse, table));
  }

  /** After an answer that suggests that the table has changed. */
  forget(apiUrl: string, table: string): void {
    this.#kept.delete(`${apiUrl} ${table}`);
  }

  async #keep<T>(
    key: string,
    ask: () => Promise<DataverseResult<T>>,
  ): Promise<{ cached: boolean; answer: DataverseResult<T> }> {
    const known = this.#kept.get(key);
    if (known !== undefined && this.now() - known.at < keptMs)
      return { cached: true, answer: { ok: true, value: known.value as T } };
    const answer = await ask();
    if (answer.ok) this.#put(key, answer.value);
    return { cached: false, answer };
  }

  #put(key: string, value: unknown): void {
    this.#kept.delete(key);
    this.#kept.set(key, { at: this.now(), value });
    const oldest = this.#kept.keys().next().value;
    if (this.#kept.size > mostKept && oldest !== undefined) this.#kept.delete(oldest);
  }
}
