import { Injectable } from '@nestjs/common';
import { OrganizationDatabase } from '@bliro/database';
import { Problem, type Caller } from '@bliro/http';
import type { EntityManager } from 'typeorm';
import { etagOf, refuseUnless } from '../tool/etag.js';
import { changePolicy, type Cause } from './change-policy.js';
import { undone, type Difference } from './difference.js';
import { documentOf, fromDocument, type PolicyDocument } from './document.js';
import type { PolicyChanged } from './policy.schema.js';
import { underPreset, type PresetName } from './presets.js';
import { readPolicy, type CurrentPolicy, type PolicyState } from './state.js';

export interface Tagged<Content> {
  content: Content;
  etag: string;
}

export interface WholeChange {
  comment?: string | undefined;
  dryRun: boolean;
  /** The tag of the document that the change was decided on. */
  ifMatch: string | undefined;
}

const laterChangesSql = `
  select changes from change where organization = $1 and revision > $2 order by revision desc`;

/** Changes to everything at once: presets, restoring an earlier revision, and the policy as a file. */
@Injectable()
export class WholePolicy {
  constructor(private readonly database: OrganizationDatabase) {}

  async document({ organization }: Caller): Promise<Tagged<PolicyDocument>> {
    return this.database.run(organization, async (manager) => {
      const content = documentOf(await readPolicy(manager, organization));
      return { content, etag: etagOf(content) };
    });
  }

  /** @throws Problem invalid_body, precondition_required, precondition_failed */
  replace(caller: Caller, document: PolicyDocument, change: WholeChange): Promise<Tagged<PolicyChanged>> {
    if (!change.dryRun && change.ifMatch === undefined) throw new Problem('precondition_required');
    return this.change(caller, 'import', change, (current) => fromDocument(current, document));
  }

  /** @throws Problem precondition_failed */
  applyPreset(caller: Caller, name: PresetName, change: WholeChange): Promise<Tagged<PolicyChanged>> {
    return this.change(caller, 'preset', change, (current) => underPreset(current, name));
  }

  /** @throws Problem not_found, precondition_failed */
  restore(caller: Caller, revision: number, change: WholeChange): Promise<Tagged<PolicyChanged>> {
    return this.change(caller, 'restore', change, async (current, manager) => {
      if (revision > current.revision) throw new Problem('not_found');
      const parameters = [caller.organization, revision];
      const later = await manager.query<{ changes: Difference[] }[]>(laterChangesSql, parameters);
      // Pauses have their place among the revisions, and aren't a part of the policy.
      return undone(
        current,
        later.flatMap(({ changes }) => changes.filter((one) => !('pause' in one))),
      );
    });
  }

  private change(
    caller: Caller,
    cause: Cause,
    { comment, dryRun, ifMatch }: WholeChange,
    next: (current: CurrentPolicy, manager: EntityManager) => PolicyState | Promise<PolicyState>,
  ): Promise<Tagged<PolicyChanged>> {
    return this.database.run(caller.organization, async (manager) => {
      const changed = await changePolicy(manager, caller, {
        cause,
        comment,
        dryRun,
        next: (current) => {
          if (ifMatch !== undefined) refuseUnless(ifMatch, documentOf(current));
          return next(current, manager);
        },
      });
      const etag = etagOf(documentOf(await readPolicy(manager, caller.organization)));
      return { content: { dryRun, ...changed } as PolicyChanged, etag };
    });
  }
}
