import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { type FastifyInstance, type FastifyRequest } from 'fastify';
import { type Observable } from 'rxjs';
import { Problem } from './problem.js';

export const BODY_LIMIT_BYTES = 1024 * 1024;

/** Bodies that could not be read; who may not call at all is told that first, so the guards come before this is looked at. */
const unreadable = new WeakMap<object, 'invalid_json' | 'unsupported_media_type'>();

/** Takes JSON and nothing else. */
export function registerBodyParsers(server: FastifyInstance): void {
  const parseJson = server.getDefaultJsonParser('error', 'error');
  server.removeAllContentTypeParsers();
  server.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, text, done) => {
    if (text.trim() === '') return done(null, undefined);
    void parseJson(request, text, (error, value?: unknown) => {
      if (error) unreadable.set(request.raw, 'invalid_json');
      done(null, value);
    });
  });
  server.addContentTypeParser<string>('*', { parseAs: 'string' }, (request, text, done) => {
    if (text !== '') unreadable.set(request.raw, 'unsupported_media_type');
    done(null, undefined);
  });
}

@Injectable()
export class ReadableBodyInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType() !== 'http') return next.handle();
    const code = unreadable.get(context.switchToHttp().getRequest<FastifyRequest>().raw);
    if (code !== undefined) throw new Problem(code);
    return next.handle();
  }
}
