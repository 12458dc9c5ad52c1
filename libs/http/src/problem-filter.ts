import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { type Logger } from '@bliro/observe';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { Problem, type ProblemCatalogue, type ProblemDefinition, type ProblemOptions } from './problem.js';

const PROBLEM_JSON = 'application/problem+json; charset=utf-8';
const OUTAGE_RETRY_AFTER_SECONDS = 2;

/** Answers everything that is thrown as RFC 9457 problem+json. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly catalogue: ProblemCatalogue,
    private readonly typeBase: string,
    private readonly logger: Logger,
    private readonly isOutage: (thrown: unknown) => boolean,
  ) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    if (reply.sent || reply.raw.headersSent) {
      this.logger.error({ err: thrown }, 'failed after the answer had begun');
      reply.raw.destroy();
      return;
    }
    if (request.is404) return answerUnknownRoute(reply);
    this.answer(thrown, reply);
  }

  /** Also for what the router refuses before Nest sees the request. */
  answer(thrown: unknown, reply: FastifyReply): void {
    const problem = this.problemOf(thrown);
    const definition = this.catalogue[problem.code];
    if (definition === undefined || problem.code === 'internal') this.logger.error({ err: thrown }, 'request failed');
    if (definition === undefined) return this.answer(new Problem('internal'), reply);
    setHeaders(reply, problem.options);
    void reply
      .code(definition.status)
      .type(PROBLEM_JSON)
      .send(JSON.stringify(this.body(problem, definition)));
  }

  private body({ code, options }: Problem, { status, title, detail }: ProblemDefinition) {
    return {
      type: `${this.typeBase}#${code}`,
      title,
      status,
      detail: options.detail ?? detail,
      code,
      ...(options.errors === undefined ? {} : { errors: options.errors }),
    };
  }

  private outage(thrown: unknown): Problem {
    this.logger.warn({ err: thrown }, 'the database does not answer');
    return new Problem('database_unavailable', { retryAfterSeconds: OUTAGE_RETRY_AFTER_SECONDS });
  }

  private problemOf(thrown: unknown): Problem {
    if (thrown instanceof Problem) return thrown;
    if (this.isOutage(thrown)) return this.outage(thrown);
    const status = statusOf(thrown);
    if (status === undefined || status < 400 || status >= 500) return new Problem('internal');
    const code = CODE_BY_STATUS[status] ?? 'bad_request';
    return new Problem(this.catalogue[code] === undefined ? 'bad_request' : code);
  }
}

/** What the framework refuses by itself, by its status. */
const CODE_BY_STATUS: Readonly<Record<number, string>> = {
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  413: 'body_too_large',
  414: 'not_found',
  415: 'unsupported_media_type',
};

function statusOf(thrown: unknown): number | undefined {
  if (thrown instanceof HttpException) return thrown.getStatus();
  const { statusCode, code } = thrown as { statusCode?: unknown; code?: unknown };
  const isFastify = typeof code === 'string' && code.startsWith('FST_ERR_');
  return isFastify && typeof statusCode === 'number' ? statusCode : undefined;
}

function setHeaders(reply: FastifyReply, { retryAfterSeconds, headers }: ProblemOptions): void {
  for (const [name, value] of Object.entries(headers ?? {})) void reply.header(name, value);
  if (retryAfterSeconds !== undefined)
    void reply.header('retry-after', String(Math.max(1, Math.ceil(retryAfterSeconds))));
}

/** Without a `code`: a caller tells a call that doesn't exist here from an id that doesn't. */
function answerUnknownRoute(reply: FastifyReply): void {
  const problem = {
    type: 'about:blank',
    title: 'Not Found',
    status: 404,
    detail: 'There is no such call. The OpenAPI document lists those there are.',
  };
  void reply.code(404).type(PROBLEM_JSON).send(JSON.stringify(problem));
}
