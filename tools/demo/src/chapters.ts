import { readFileSync } from 'node:fs';
import type { JournalEntry } from '@bliro/sandbox-client';
import { Failure, paths } from '@bliro/up';
import type { Connection } from './api.js';
import { ada, enqueue, journal, lastDecision, type Cast } from './cast.js';
import { story } from './story.js';

/** Ada signs in at Microsoft and picks her environment. Answers with that environment's id. */
export async function connect(cast: Cast): Promise<string> {
  const { user, sandbox } = cast;
  story.chapter('1. Ada connects Dynamics');
  const begun = await user.call<{ authorizationUrl: string }>('POST', '/auth/v1/connections/dynamics', {
    body: { returnTo: '/integrations' },
  });
  const cookie = begun.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
  story.say('Her browser is sent to Microsoft, asking for exactly these permissions:');
  story.show('scope', new URL(begun.body.authorizationUrl).searchParams.get('scope') ?? '');
  const location = await sandbox.consent(begun.body.authorizationUrl, ada);
  const back = await user.call('GET', location, { headers: { cookie } });
  story.say('She accepts, and Microsoft sends her back:');
  story.show('location', back.headers.get('location') ?? '');

  const { items } = (
    await user.call<{ items: { id: string; name: string; type: string }[] }>(
      'GET',
      '/auth/v1/connections/dynamics/environments',
    )
  ).body;
  story.say(
    `Global Discovery knows ${String(items.length)} environments of hers: ${items.map(({ name, type }) => `${name} (${type})`).join(', ')}. Nothing is chosen for her.`,
  );
  const chosen = items[0];
  if (!chosen) throw new Failure('Discovery found no environment for Ada.');
  await user.call('PUT', '/auth/v1/connections/dynamics/environment', { body: { environmentId: chosen.id } });
  const { status, account, environment, scopes } = (await user.call<Connection>('GET', '/auth/v1/connections/dynamics'))
    .body;
  story.say('She picks the first. Her connection now:');
  story.show('connection', { status, account, environment: environment?.name });
  story.say(
    'The consent covers Dynamics as one application; work asks for the same three with her environment in place:',
  );
  story.show('scopes', scopes.join(' '));
  return chosen.id;
}

/** The administrator allows one tool and leaves the others. */
export async function allow({ admin }: Cast): Promise<void> {
  story.chapter('2. An administrator allows one tool');
  const tool = await admin.call<{ permission: string; title: string }>('GET', '/policy/v1/tools/create_task');
  story.say(`“${tool.body.title}” is on ${tool.body.permission}, like every tool that nobody has configured.`);
  const changed = await admin.call<{ permission: string; revision: number }>('PATCH', '/policy/v1/tools/create_task', {
    body: { permission: 'always_allow', comment: 'Follow-up tasks after meetings' },
    headers: { 'if-match': tool.headers.get('etag') ?? '' },
  });
  story.show('create_task', { permission: changed.body.permission, revision: changed.body.revision });
}

/** The main job, after the user has closed the app. */
export async function mainJob(cast: Cast, environment: string): Promise<void> {
  story.chapter('3. The meeting is over, Ada has closed the app, and the pipeline enqueues a job');
  const subject = `Send the quote (${cast.organization})`;
  const jobId = await enqueue(cast, 'meeting-1', 'create_task', {
    fields: { subject, description: 'Agreed on the call.', prioritycode: 'High' },
  });
  story.show('accepted, job', jobId);
  const action = await cast.pipeline.until(jobId, ({ status }) => ['succeeded', 'failed', 'denied'].includes(status));
  expect(action.status === 'succeeded', `the action ended as ${action.status}: ${action.message ?? ''}`);
  const decision = await lastDecision(cast, 'create_task');
  expect(decision?.id === action.decisionId, 'the decision is not in the audit log');
  story.say('The worker asked policy-service whether it may, and was answered:');
  story.show('decision', {
    id: decision?.id,
    effect: decision?.effect,
    reason: decision?.reason,
    revision: decision?.revision,
  });
  story.say('Against that signed answer, good for five seconds, it got an access token of Ada’s, and wrote:');
  story.show('action', { status: action.status, attempts: action.attempts });
  story.show('record', action.record?.url ?? '');
  const row = (await cast.sandbox.records(environment, 'task')).find(
    (item) => item['activityid'] === action.record?.id,
  );
  expect(row?.['subject'] === subject, 'the record is not in Dynamics');
  const users = await cast.sandbox.records(environment, 'systemuser');
  const author = users.find(({ systemuserid }) => systemuserid === row?.['createdby']);
  story.say(`The record as it stands in Dynamics, created by ${String(author?.['fullname'])}:`);
  for (const name of [
    'activityid',
    'subject',
    'description',
    'prioritycode',
    '_createdby_value',
    'createdby',
    'createdon',
  ]) {
    if (row?.[name] !== undefined && row[name] !== null) story.show(name, row[name]);
  }
}

/** A tool that is left on deny sends nothing. */
export async function denied(cast: Cast): Promise<void> {
  story.chapter('4. A tool that nobody has allowed');
  const before = await cast.sandbox.now();
  const jobId = await enqueue(cast, 'meeting-1', 'create_contact', { fields: { lastname: 'Lovelace' } });
  const action = await cast.pipeline.until(jobId, ({ status }) => ['succeeded', 'failed', 'denied'].includes(status));
  expect(action.status === 'denied', `the action ended as ${action.status}`);
  story.show('create_contact', { status: action.status, reason: action.reason, message: action.message });
  const sent = await journal(cast, '/', before);
  expect(sent.length === 0, `${String(sent.length)} requests reached Dynamics`);
  story.say('Requests that reached Dynamics for it: none (seen in the journal of the Dynamics side).');
  story.say(
    'The pipeline reads what it would read of a tool that doesn’t exist. The administrator’s audit log says why:',
  );
  const decision = await lastDecision(cast, 'create_contact');
  story.show('decision', { effect: decision?.effect, reason: decision?.reason });
}

/** The worker is killed while Dynamics has committed and its answer is still on the way. */
export async function killed(cast: Cast, environment: string): Promise<void> {
  story.chapter('5. The worker is killed at the worst moment');
  const subject = `Call back on Monday (${cast.organization})`;
  const before = await cast.sandbox.now();
  await cast.sandbox.addFault({
    target: 'dataverse',
    match: { method: 'POST', path: '/api/data/v9.2/tasks', user: ada },
    effect: { kind: 'delayAfterCommit', ms: 20_000 },
    times: 1,
  });
  story.say('Dynamics is told to commit the next create and to hold its answer back for 20 s.');
  const jobId = await enqueue(cast, 'meeting-2', 'create_task', { fields: { subject } });
  const committed = await committedCreate(cast, before);
  const [pid = 0] = (JSON.parse(readFileSync(paths.processes, 'utf8')) as Record<string, number[]>)['crm-worker'] ?? [];
  const during = await cast.pipeline.until(jobId, () => true);
  story.say('At this moment Dynamics has the record, and the worker does not know it:');
  story.show('journal of the Dynamics side', {
    seq: committed.seq,
    request: `${committed.method} ${committed.path}`,
    committed: committed.committed,
  });
  story.show('our ledger', {
    job: jobId,
    status: during.status,
    attempts: during.attempts,
    record: during.record ?? 'unknown',
  });
  process.kill(pid, 'SIGKILL');
  story.say(`kill -9 ${String(pid)} (crm-worker). The supervisor starts it again; the lane is taken over.`);

  const action = await cast.pipeline.until(jobId, ({ status }) => ['succeeded', 'failed', 'denied'].includes(status));
  expect(action.status === 'succeeded', `the action ended as ${action.status}: ${action.message ?? ''}`);
  story.show('our ledger', { status: action.status, attempts: action.attempts, record: action.record?.id });
  for (const { method, path, status } of (await journal(cast, '/api/data/v9.2/tasks', before)).filter(
    (entry) => entry.method === 'POST' || entry.path.includes(action.record?.id ?? '-'),
  )) {
    story.show('journal of the Dynamics side', { request: `${method} ${path}`, status });
  }
  const rows = (await cast.sandbox.records(environment, 'task')).filter((item) => item['subject'] === subject);
  expect(rows.length === 1, `the record exists ${String(rows.length)} times`);
  story.say(
    'The create was sent again under the same id, Dynamics said that it has it (412), a read found it, and it exists once.',
  );
}

async function committedCreate(cast: Cast, since: number): Promise<JournalEntry> {
  const end = Date.now() + 30_000;
  for (;;) {
    const entry = (await journal(cast, '/api/data/v9.2/tasks', since)).find(
      ({ method, committed }) => method === 'POST' && committed,
    );
    if (entry) return entry;
    if (Date.now() > end) throw new Failure('The create did not reach Dynamics within 30 s.');
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

function expect(so: boolean, otherwise: string): void {
  if (!so) throw new Failure(`The demo went another way than it should: ${otherwise}. The logs are in ${paths.logs}.`);
}
