import { finalStatuses } from '@bliro/contract/crm';
import { organizationPolicySql } from '@bliro/database';

const http = 'bliro_crm_http';
const work = 'bliro_crm_work';
const worker = 'bliro_crm_worker';

const policies = ['lane', 'job', 'action', 'attempt', 'idempotency'].flatMap((table) =>
  organizationPolicySql('crm', table, { http, work: [work, worker] }),
);

const final = `(${finalStatuses.map((status) => `'${status}'`).join(', ')})`;

/**
 * The worker adds what an attempt read, never an input: what it carries out was accepted by somebody else. Of a finished action it reads
 * nothing: with the input, salt and mandate of every action that ever was, it could have decisions for everybody.
 */
const contentPolicies = [
  ...organizationPolicySql('crm', 'content', { http, work: [work] }),
  `CREATE POLICY worker_reads ON crm.content FOR SELECT TO ${worker} USING (EXISTS (
    SELECT FROM crm.action WHERE action.id = content.action_id AND action.status NOT IN ${final}))`,
  `CREATE POLICY worker_adds ON crm.content FOR INSERT TO ${worker} WITH CHECK (kind IN ('before', 'result'))`,
];

/** Only the intake opens a finished action again. A superuser is a member of every role: the trigger holds for it too. */
const finality = [
  `CREATE FUNCTION crm.refuse_to_reopen() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'permission denied to open a finished action again' USING ERRCODE = 'insufficient_privilege';
  END $$`,
  `CREATE TRIGGER worker_leaves_it_finished BEFORE UPDATE OF status ON crm.action FOR EACH ROW
    WHEN (OLD.status IN ${final} AND NEW.status <> OLD.status AND pg_has_role(current_user, '${worker}', 'MEMBER'))
    EXECUTE FUNCTION crm.refuse_to_reopen()`,
];

const actionState =
  'status, version, attempts, next_attempt_at, changed_at, reason, message, code, decision_id, ' +
  'environment_id, tenant_id, subject, record_table, record_id, record_url, target';

const grants = [
  `GRANT SELECT ON crm.lane, crm.job, crm.action, crm.attempt, crm.content TO ${http}, ${work}, ${worker}`,

  `GRANT INSERT ON crm.lane, crm.job, crm.action, crm.content, crm.idempotency TO ${work}`,
  `GRANT SELECT ON crm.idempotency TO ${work}`,
  `GRANT UPDATE (accepted, finished_to, seq, due) ON crm.lane TO ${work}`,
  `GRANT UPDATE (status, version, next_attempt_at, cancel_requested_at, changed_at, reason, message, target) ON crm.action TO ${work}`,

  `GRANT INSERT ON crm.attempt, crm.content TO ${worker}`,
  `GRANT UPDATE (finished_to, seq, fence, holder, due, woken_at) ON crm.lane TO ${worker}`,
  `GRANT UPDATE (${actionState}) ON crm.action TO ${worker}`,
  `GRANT UPDATE (ended_at, outcome) ON crm.attempt TO ${worker}`,

  // The event log's tables come with rights for all roles of a schema; here HTTP only reads, and the worker follows nobody.
  `REVOKE INSERT ON crm.event FROM ${http}`,
  `REVOKE ALL ON crm.event_cursor FROM ${worker}`,
];

/** Who may do what: HTTP reads one organization, the intake adds work, the worker carries out what was accepted. */
export const ledgerRights: readonly string[] = [...policies, ...contentPolicies, ...finality, ...grants];
