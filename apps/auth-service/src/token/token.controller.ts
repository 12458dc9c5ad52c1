import {
  accessTokensRequest,
  type AccessTokensReply,
  type AccessTokensRequest,
  authProto,
  eventsSinceRequest,
  type EventsSinceReply,
  type EventsSinceRequest,
  metadataTokenRequest,
  type MetadataTokenReply,
  type MetadataTokenRequest,
} from '@bliro/contract/auth';
import { eventsSince } from '@bliro/event-log';
import { parseRequest } from '@bliro/rpc';
import { Controller } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import { WorkDatabase } from '../database.js';
import { AccessTokens } from './access-tokens.js';
import { MetadataTokens } from './metadata-tokens.js';

@Controller()
export class AuthRpcController {
  constructor(
    private readonly tokens: AccessTokens,
    private readonly metadataTokens: MetadataTokens,
    private readonly database: WorkDatabase,
  ) {}

  @GrpcMethod(authProto.service, 'AccessTokens')
  async accessTokens(request: AccessTokensRequest): Promise<AccessTokensReply> {
    const { questions } = parseRequest(accessTokensRequest, request);
    return { answers: await this.tokens.answer(questions) };
  }

  @GrpcMethod(authProto.service, 'MetadataToken')
  async metadataToken(request: MetadataTokenRequest): Promise<MetadataTokenReply> {
    const { hostToken } = parseRequest(metadataTokenRequest, request);
    return { answer: await this.metadataTokens.answer(hostToken) };
  }

  @GrpcMethod(authProto.service, 'EventsSince')
  async eventsSince(request: EventsSinceRequest): Promise<EventsSinceReply> {
    const { cursor, limit } = parseRequest(eventsSinceRequest, request);
    const page = await eventsSince(this.database, cursor, limit);
    const events = page.events.map(({ data, ...event }) => ({ ...event, dataJson: JSON.stringify(data) }));
    return { events, cursor: page.cursor };
  }
}
