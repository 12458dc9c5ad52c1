import { Controller, Inject } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import { decideRequest, eventsSinceRequest, type DecideReply, type EventsSinceReply } from '@bliro/contract/policy';
import { eventsSince } from '@bliro/event-log';
import type { Logger } from '@bliro/observe';
import { parseRequest, RpcFailure } from '@bliro/rpc';
import { WorkDatabase } from '../database.js';
import { Decisions } from './decisions.js';
import { Grants } from './grants.js';

const requestOfDistinctIds = decideRequest.refine(
  ({ questions }) => new Set(questions.map(({ decisionId }) => decisionId)).size === questions.length,
  { path: ['questions'], message: 'the id of a decision occurs twice' },
);

export const DECISION_LOGGER = Symbol('logger of decisions');

/** gRPC `policy.Policy`. Whatever fails here is answered UNAVAILABLE: no answer means no, and asking again is right. */
@Controller()
export class PolicyGrpcController {
  constructor(
    private readonly decisions: Decisions,
    private readonly grants: Grants,
    @Inject(DECISION_LOGGER) private readonly logger: Logger,
    private readonly database: WorkDatabase,
  ) {}

  @GrpcMethod('Policy', 'Decide')
  async decide(request: unknown): Promise<DecideReply> {
    const asked = parseRequest(requestOfDistinctIds, request);
    try {
      return await this.decisions.decide(asked);
    } catch (error) {
      this.logger.error({ err: error, questions: asked.questions.length }, 'nothing could be decided');
      throw new RpcFailure('unavailable', 'Nothing can be decided at the moment.');
    }
  }

  @GrpcMethod('Policy', 'Keys')
  keys(): { jwksJson: string } {
    return { jwksJson: this.grants.publicKeys() };
  }

  @GrpcMethod('Policy', 'EventsSince')
  async eventsSince(request: unknown): Promise<EventsSinceReply> {
    const { cursor, limit } = parseRequest(eventsSinceRequest, request);
    const page = await eventsSince(this.database, cursor, limit);
    const events = page.events.map(({ data, ...event }) => ({ ...event, dataJson: JSON.stringify(data) }));
    return { events, cursor: page.cursor };
  }
}
