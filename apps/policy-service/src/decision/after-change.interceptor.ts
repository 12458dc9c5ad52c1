import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { tap, type Observable } from 'rxjs';
import { PolicySnapshots } from './policy-snapshots.js';

/**
 * Whoever changed a policy finds it in force in this process as soon as they have the answer; the other replicas follow when their
 * snapshots are confirmed again.
 */
@Injectable()
export class AfterChangeInterceptor implements NestInterceptor {
  constructor(private readonly snapshots: PolicySnapshots) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType() !== 'http') return next.handle();
    const { method } = context.switchToHttp().getRequest<{ method: string }>();
    return method === 'GET' ? next.handle() : next.handle().pipe(tap({ complete: () => this.snapshots.changed() }));
  }
}
