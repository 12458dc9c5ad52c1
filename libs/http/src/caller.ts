import { belongsTo } from '@bliro/observe';
import {
  createParamDecorator,
  Injectable,
  type CanActivate,
  type DynamicModule,
  type ExecutionContext,
} from '@nestjs/common';
import { APP_GUARD, Reflector } from '@nestjs/core';
import { type FastifyRequest } from 'fastify';
import { HostTokens, refused, type Caller, type HostTokenOptions, type Role } from './host-token.js';
import { PUBLIC, ROLES } from './operation.js';
import { Problem } from './problem.js';

const callers = new WeakMap<object, Caller>();

/** The caller that the guard let through. */
export const CurrentCaller = createParamDecorator((_data: unknown, context: ExecutionContext): Caller => {
  const caller = callers.get(context.switchToHttp().getRequest<FastifyRequest>().raw);
  if (caller === undefined) throw new Error('A public route has no caller');
  return caller;
});

/** 401 before 403, and both before anything of the body is looked at. */
@Injectable()
export class CallerGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly tokens: HostTokens,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http') return true;
    const targets = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<boolean>(PUBLIC, targets)) return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const caller = await this.tokens.callerOf(bearerOf(request));
    belongsTo(caller.organization);
    const allowed = this.reflector.getAllAndOverride<Role[] | undefined>(ROLES, targets) ?? [];
    if (!allowed.some((role) => caller.roles.includes(role))) throw new Problem('forbidden');
    callers.set(request.raw, caller);
    return true;
  }
}

function bearerOf(request: FastifyRequest): string {
  const [, token] = /^Bearer +([\w.-]+)$/i.exec(request.headers.authorization ?? '') ?? [];
  if (token === undefined) throw refused();
  return token;
}

/** Guards every route of the application with the host product's JWT. */
export function callerModule(options: HostTokenOptions): DynamicModule {
  return {
    module: CallerModule,
    global: true,
    providers: [
      { provide: HostTokens, useValue: new HostTokens(options) },
      CallerGuard,
      { provide: APP_GUARD, useExisting: CallerGuard },
    ],
    exports: [CallerGuard],
  };
}

class CallerModule {}
