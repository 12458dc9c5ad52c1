import { organizationPolicySql } from '@bliro/database';

const http = 'bliro_crm_http';
const work = 'bliro_crm_work';
const worker = 'bliro_crm_worker';

const policies = ['lane', 'job', 'action', 'attempt', 'idempotency'].flatMap((table) =>
  organizationPolicySql('crm', table, { http, work: [work, worker] }),
);

/** The worker adds what an attempt read, never an input: what it carries out was accepted by somebody else. */
const contentPolicies = [
  ...organizationPolicySql('crm', 'content', { http, work: [work] }),
  `CREATE POLICY worker_reads ON crm.content FOR SELECT TO ${worker} USING (true)`,
  `CREATE POLICY worker_adds ON crm.content FOR INSERT TO ${worker} WITH CHECK (kind IN ('before', 'result'))`,
  `CREATE POLICY worker_replaces ON crm.content FOR UPDATE TO ${worker} USING (kind = 'result') WITH CHECK (kind = 'result')`,
];

const actionState =
  'status, version, attempts, next_attempt_at, cancel_requested_at, changed_at, reason, message, code, decision_id, ' +
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
  `GRANT UPDATE (salt, body) ON crm.content TO ${worker}`,

  // The event log's tables come with rights for all roles of a schema; here HTTP only reads, and the worker follows nobody.
  `REVOKE INSERT ON crm.event FROM ${http}`,
  `REVOKE ALL ON crm.event_cursor FROM ${worker}`,
];

/** Who may do what: HTTP reads one organization, the intake adds work, the worker carries out what was accepted. */
export const ledgerRights: readonly string[] = [...policies, ...contentPolicies, ...grants];
