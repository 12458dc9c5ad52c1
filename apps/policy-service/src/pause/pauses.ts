import { Injectable } from '@nestjs/common';
import { OrganizationDatabase, rows } from '@bliro/database';
import { Problem, type Caller } from '@bliro/http';
import type { EntityManager } from 'typeorm';
import { pageByName } from '../paging.js';
import { addRevision, lockRevision } from '../policy/revision.js';
import { readPolicy } from '../policy/state.js';
import type { PauseBody, PauseList, PauseQuery, PauseScope, PauseView } from './pause.schema.js';

interface Row {
  scope: PauseScope;
  id: string;
  own: boolean;
  comment: string | null;
  paused_at: Date;
  paused_by: string;
}

interface Target {
  scope: PauseScope;
  /** Empty for the organization. */
  id: string;
  own: boolean;
}

const setSql = `
  insert into pause (organization, scope, id, own, comment, paused_at, paused_by) values ($1, $2, $3, $4, $5, $6, $7)
  on conflict do nothing returning scope`;
const endSql = `
  delete from pause where organization = $1 and scope = $2 and id = $3 and (own or not $4) returning scope, id, own`;

/**
 * The kill switch. It is a row that decisions read together with the policy, under a revision of its own: in force everywhere as soon
 * as the call has answered and a snapshot's age is over. It asks for no If-Match: nobody has to read first to stop something.
 */
@Injectable()
export class Pauses {
  constructor(private readonly database: OrganizationDatabase) {}

  /** An administrator sees all, a user those of their own work. */
  async list({ organization, userId, roles }: Caller, query: PauseQuery): Promise<PauseList> {
    const paused = await this.database.run(organization, (manager) => pausesIn(manager, organization));
    const isAdmin = roles.includes('admin');
    const views = paused
      .filter(({ scope, id }) => isAdmin || (scope === 'user' && id === userId))
      .filter(({ scope }) => query.scope === undefined || scope === query.scope)
      .map(viewOf);
    return pageByName(views, nameOf, query);
  }

  /** @throws Problem forbidden, invalid_body */
  async set(caller: Caller, body: PauseBody): Promise<PauseView> {
    const target = targetOf(caller, body);
    return this.database.run(caller.organization, async (manager) => {
      const revision = (await lockRevision(manager, caller.organization)) + 1;
      await refuseUnknownTool(manager, caller, target);
      const { scope, id, own } = target;
      const at = new Date();
      const parameters = [caller.organization, scope, id, own, body.comment ?? null, at, caller.userId];
      const added = await manager.query<unknown[]>(setSql, parameters);
      if (added.length > 0) await note(manager, caller, { revision, at, comment: body.comment }, [target], true);
      const paused = await pausesIn(manager, caller.organization);
      const row = paused.find((one) => one.scope === scope && one.id === id && one.own === own);
      if (row === undefined) throw new Error('A pause was set and is not there.');
      return viewOf(row);
    });
  }

  /** Ending what isn't paused changes nothing. @throws Problem forbidden */
  async end(caller: Caller, body: PauseBody): Promise<void> {
    const { scope, id, own } = targetOf(caller, body);
    await this.database.run(caller.organization, async (manager) => {
      const revision = (await lockRevision(manager, caller.organization)) + 1;
      const ended = await rows<Target>(manager, endSql, [caller.organization, scope, id, own]);
      if (ended.length === 0) return;
      await note(manager, caller, { revision, at: new Date(), comment: body.comment }, ended, false);
    });
  }
}

/** Without the role of an administrator only one's own work, and never what an administrator paused. */
function targetOf({ userId, roles }: Caller, { scope, id }: PauseBody): Target {
  const whom = scope === 'user' ? (id ?? userId) : (id ?? '');
  const own = !roles.includes('admin');
  if (own && (scope !== 'user' || whom !== userId)) throw new Problem('forbidden');
  return { scope, id: whom, own };
}

async function refuseUnknownTool(manager: EntityManager, { organization }: Caller, { scope, id }: Target) {
  if (scope !== 'tool' || (await readPolicy(manager, organization)).definitions.has(id)) return;
  throw new Problem('invalid_body', { errors: [{ pointer: '/id', message: 'there is no such tool' }] });
}

async function note(
  manager: EntityManager,
  caller: Caller,
  made: { revision: number; at: Date; comment: string | undefined },
  targets: readonly Target[],
  paused: boolean,
): Promise<void> {
  const changes = targets.map(({ scope, id, own }) => ({ pause: { scope, id, own }, before: !paused, after: paused }));
  const [target] = targets as [Target];
  const data = { scope: target.scope, id: target.id, paused };
  await addRevision(manager, caller, { ...made, cause: 'pause', changes, event: { type: 'pause.changed', data } });
}

function pausesIn(manager: EntityManager, organization: string): Promise<Row[]> {
  const sql = 'select scope, id, own, comment, paused_at, paused_by from pause where organization = $1';
  return manager.query<Row[]>(`${sql} order by scope collate "C", id collate "C", own`, [organization]);
}

function viewOf({ scope, id, own, comment, paused_at: at, paused_by: by }: Row): PauseView {
  return {
    scope,
    ...(id !== '' && { id }),
    own,
    ...(comment !== null && { comment }),
    pausedAt: at.toISOString(),
    pausedBy: by,
  };
}

const nameOf = ({ scope, id = '', own }: PauseView): string => [scope, id, own].join('\u0000');
