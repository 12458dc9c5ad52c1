import { Injectable } from '@nestjs/common';
import { metadataTokenReply, type AuthService, type TokenRefused } from '@bliro/contract/auth';
import {
  createDataverse,
  tableColumns,
  tableList,
  type ColumnDetails,
  type Dataverse,
  type DataverseFailure,
  type DataverseResult,
  type TableSummary,
} from '@bliro/dataverse';
import { Problem, type Caller } from '@bliro/http';
import { correlationId } from '@bliro/observe';
import { RpcFailure } from '@bliro/rpc';

const timeoutMs = 10_000;

export interface MetadataOptions {
  auth: Pick<AuthService, 'metadataToken'>;
  allowLocal: boolean;
}

/** Table definitions as Dynamics has them now, read as the administrator who asks. The token lives for one request. */
@Injectable()
export class Metadata {
  constructor(private readonly options: MetadataOptions) {}

  /** @throws Problem connection_required, dynamics_refused, dynamics_unavailable */
  async tables(caller: Caller): Promise<TableSummary[]> {
    return valueOf(await tableList(await this.dataverse(caller)));
  }

  /** @throws Problem not_found, connection_required, dynamics_refused, dynamics_unavailable */
  async table(caller: Caller, table: string): Promise<{ summary: TableSummary; columns: ColumnDetails[] }> {
    const dataverse = await this.dataverse(caller);
    const [tables, columns] = await Promise.all([tableList(dataverse), tableColumns(dataverse, table)]);
    const summary = valueOf(tables).find((one) => one.table === table);
    if (summary === undefined) throw new Problem('not_found');
    return { summary, columns: valueOf(columns) };
  }

  private async dataverse({ token }: Caller): Promise<Dataverse> {
    const { given, refused } = (await this.askFor(token)).answer;
    if (!given) throw problemOf(refused ?? undefined);
    const { apiUrl, accessToken } = given;
    const correlation = correlationId();
    return createDataverse({
      apiUrl,
      accessToken,
      timeoutMs,
      allowLocal: this.options.allowLocal,
      ...(correlation !== undefined && { correlationId: correlation }),
    });
  }

  private async askFor(hostToken: string) {
    try {
      // A message that is absent comes out of the wire format as null.
      const { answer } = await this.options.auth.metadataToken({ hostToken });
      const present = Object.entries<unknown>(answer).filter(([, value]) => value !== null);
      return metadataTokenReply.parse({ answer: Object.fromEntries(present) });
    } catch (error) {
      if (error instanceof RpcFailure) throw new Problem('dynamics_unavailable', { retryAfterSeconds: 2 });
      throw error;
    }
  }
}

function problemOf(refused: TokenRefused | undefined): Problem {
  if (refused === undefined || refused.code === 'unavailable') return later(refused?.retryAfterMs);
  if (refused.code === 'grant_refused') return new Problem('forbidden');
  return new Problem('connection_required', { detail: refused.message });
}

function valueOf<Value>(result: DataverseResult<Value>): Value {
  if (result.ok) return result.value;
  throw failureOf(result.failure);
}

function failureOf({ class: kind, status, message, retryAfterMs }: DataverseFailure): Problem {
  if (status === 404) return new Problem('not_found');
  if (kind === 'permanent' || kind === 'needs_person') return new Problem('dynamics_refused', { detail: message });
  return later(retryAfterMs);
}

const later = (retryAfterMs = 2_000): Problem =>
  new Problem('dynamics_unavailable', { retryAfterSeconds: retryAfterMs / 1_000 });
