import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { mandateJws } from '@bliro/contract/crm';
import { grantClaims, grantJws, type Decision, type PolicyService } from '@bliro/contract/policy';
import { createSigner, createVerifier, generateSigningKey } from '@bliro/signing';
import { call, change } from '../fixture/api.js';
import type { Asked } from '../fixture/intake.js';
import { policySystem, type PolicySystem } from '../fixture/policy-system.js';

let system: PolicySystem;
let policy: PolicyService;
beforeAll(async () => {
  system = await policySystem();
  policy = await system.as('crm-worker');
  await change(system, 'create_task', { permission: 'always_allow' });
  await change(system, 'create_lead', { permission: 'ask' });
});
afterAll(() => system.close());

async function decide(...asked: Asked[]) {
  const questions = await Promise.all(asked.map((one) => system.intake.question(one)));
  return { questions, ...(await policy.decide({ purpose: 'run', questions })) };
}

async function decideOne(asked: Asked = {}): Promise<Decision> {
  const { decisions } = await decide(asked);
  return decisions[0] as Decision;
}

function logged(id: string | undefined) {
  return system.workDatabase.query<Record<string, unknown>[]>(
    'select * from decision where id = $1 order by position',
    [id],
  );
}

describe('Decide', () => {
  it('allows, signs a grant for five seconds, and has logged it before', async () => {
    const { decisions, grants, questions } = await decide({});
    expect(decisions).toMatchObject([{ effect: 'allow', reason: 'allowed', revision: 2, allFields: false }]);
    expect(decisions[0]?.fields).toContain('subject');
    expect(grants).toMatchObject([{ organization: 'contoso', userId: 'rep' }]);

    const { jwksJson } = await (await system.as('auth-service')).keys({});
    const { issuer, audience, typ } = grantJws;
    const verifier = createVerifier({ keys: () => Promise.resolve(JSON.parse(jwksJson)), issuer, audience, typ });
    const [question] = questions;
    const grant = grants[0]?.grant ?? '';
    expect(await verifier.verify(grant, grantClaims)).toEqual({
      org: 'contoso',
      sub: 'rep',
      purpose: 'run',
      decisions: [{ id: question?.decisionId, action: question?.action }],
    });
    const { exp = 0, iat = 0 } = decodeJwt(grant);
    expect(exp - iat).toBe(5);
    expect(decodeProtectedHeader(grant).alg).toBe('EdDSA');

    expect(await logged(question?.decisionId)).toMatchObject([
      {
        organization: 'contoso',
        user_id: 'rep',
        action: question?.action,
        tool: 'create_task',
        purpose: 'run',
        effect: 'allow',
        reason: 'allowed',
        revision: '2',
        input_hash: decodeJwt<{ input: string }>(question?.mandate ?? '').input,
      },
    ]);
  });

  it('signs one grant for each user, for what was allowed and nothing else', async () => {
    await change(system, 'create_task', { permission: 'always_allow' }, { organization: 'fabrikam' });
    const { grants, questions } = await decide(
      { user: 'ann' },
      { user: 'ben' },
      { user: 'ann' },
      { user: 'ann', tool: 'create_lead', input: { fields: { subject: 'Wants a quote' } } },
      { user: 'eve', tool: 'create_account', input: { fields: { name: 'X' } } },
      { user: 'ann', organization: 'fabrikam' },
    );
    const contents = grants.map(({ organization, userId, grant }) => {
      const { org, sub, decisions } = decodeJwt<{ org: string; decisions: { id: string }[] }>(grant);
      expect([org, sub]).toEqual([organization, userId]);
      return [organization, userId, decisions.map(({ id }) => questions.findIndex((q) => q.decisionId === id))];
    });
    expect(contents).toEqual([
      ['contoso', 'ann', [0, 2]],
      ['contoso', 'ben', [1]],
      ['fabrikam', 'ann', [5]],
    ]);
  });

  it('asks where the tool is on ask, without a grant', async () => {
    const { decisions, grants } = await decide({ tool: 'create_lead', input: { fields: { subject: 'x' } } });
    expect(decisions).toMatchObject([{ effect: 'ask', reason: 'asked' }]);
    expect(grants).toEqual([]);
  });

  it('says the same of a denied tool and an unknown one, and keeps them apart in the log', async () => {
    const input = { fields: { nonsense: 1 } };
    const { decisions } = await decide({ tool: 'create_account', input }, { tool: 'create_rocket', input });
    const [denied, unknown] = decisions.map(({ decisionId: _own, ...rest }) => rest);
    expect(denied).toEqual(unknown);
    expect(denied).toMatchObject({ effect: 'deny', reason: 'tool_not_available', fields: [] });
    const rows = await Promise.all(decisions.map(({ decisionId }) => logged(decisionId)));
    expect(rows.flat().map(({ reason }) => reason)).toEqual(['tool_denied', 'tool_unknown']);
  });

  it.each([
    [
      { subject: 'x', ownerid: { table: 'systemuser', id: '0f8fad5b-d9cb-469f-a165-70867728950e' } },
      'field_not_allowed',
      'ownerid',
    ],
    [{ subject: 'x'.repeat(201) }, 'input_invalid', 'subject'],
    [{ prioritycode: 'Urgent' }, 'input_invalid', 'prioritycode'],
  ])('denies fields %#', async (fields, reason, column) => {
    const decision = await decideOne({ input: { fields } });
    expect(decision).toMatchObject({ effect: 'deny', reason });
    expect(decision.message).toContain(`"${column}"`);
  });

  it('allows at once what an administrator has just allowed: a denial ends an action for good', async () => {
    expect(await decideOne({ tool: 'read_contact', input: { where: { lastname: 'x' } } })).toMatchObject({
      effect: 'deny',
    });
    await change(system, 'read_contact', { permission: 'always_allow' });
    expect(await decideOne({ tool: 'read_contact', input: { where: { lastname: 'x' } } })).toMatchObject({
      effect: 'allow',
    });
  });

  it('is bound by a change as soon as that is answered and 300 ms are over', async () => {
    const organization = 'changing';
    const asked = { organization };
    expect((await decideOne(asked)).effect).toBe('deny');
    await change(system, 'create_task', { permission: 'always_allow' }, { organization });
    const until = performance.now() + 300;
    let decision = await decideOne(asked);
    while (decision.effect !== 'allow' && performance.now() < until) decision = await decideOne(asked);
    expect(await decideOne(asked)).toMatchObject({ effect: 'allow', revision: 1 });
  });
});

describe('a mandate', () => {
  const otherKey = async (kid = system.intake.signer.kid) =>
    createSigner(JSON.stringify({ ...JSON.parse(await generateSigningKey()), kid }), mandateJws.issuer);
  const refused = { effect: 'deny', reason: 'mandate_refused', fields: [], revision: 0 };

  it('that is forged, stale or of another kind is refused, whatever else is asked with it', async () => {
    const { typ, audience } = grantJws;
    const foreign = await system.intake.question();
    const grant = {
      ...foreign,
      mandate: await system.intake.signer.sign({ org: 'contoso' }, { typ, audience, expiresInSeconds: 60 }),
    };
    const questions = [
      await system.intake.question({ signer: await otherKey() }),
      await system.intake.question({ expiresInSeconds: -60 }),
      grant,
      { ...(await system.intake.question()), mandate: 'none' },
      await system.intake.question(),
    ];
    const { decisions, grants } = await policy.decide({ purpose: 'run', questions });
    expect(decisions.slice(0, 4)).toEqual(
      questions.slice(0, 4).map(({ decisionId }) => expect.objectContaining({ ...refused, decisionId })),
    );
    expect(decisions[4]?.effect).toBe('allow');
    expect(decodeJwt(grants[0]?.grant ?? '')['decisions']).toHaveLength(1);
    expect(await logged(questions[0]?.decisionId)).toMatchObject([
      { organization: null, user_id: null, reason: 'mandate_refused' },
    ]);
  });

  it('does not serve for another input, another salt or another action', async () => {
    const mine = await system.intake.question();
    const other = await system.intake.question({ input: { fields: { subject: 'Delete everything' } } });
    const questions = [
      { ...mine, inputJson: other.inputJson },
      { ...(await system.intake.question()), salt: other.salt },
      { ...(await system.intake.question()), inputJson: 'not json' },
    ];
    const { decisions, grants } = await policy.decide({ purpose: 'run', questions });
    expect(decisions).toEqual(questions.map(() => expect.objectContaining(refused)));
    expect(grants).toEqual([]);
  });
});

describe('the log', () => {
  it('has a question asked again once, until its answer changes', async () => {
    const organization = 'asking-again';
    const question = await system.intake.question({ organization });
    const ask = async () => (await policy.decide({ purpose: 'run', questions: [question] })).decisions[0]?.effect;
    const askUntil = async (effect: string) => {
      while ((await ask()) !== effect);
    };
    await Promise.all([ask(), ask(), ask()]);
    for (const [permission, effect] of [
      ['always_allow', 'allow'],
      ['deny', 'deny'],
      ['always_allow', 'allow'],
    ] as const) {
      await change(system, 'create_task', { permission }, { organization });
      await askUntil(effect);
      await ask();
    }
    const rows = await logged(question.decisionId);
    expect(rows.map(({ effect, revision }) => `${String(effect)} ${String(revision)}`)).toEqual([
      'deny 0',
      'allow 1',
      'deny 2',
      'allow 3',
    ]);
  });

  it('tells two actions under one id apart', async () => {
    const first = await system.intake.question();
    const second = await system.intake.question({ decisionId: first.decisionId });
    await policy.decide({ purpose: 'run', questions: [first] });
    await policy.decide({ purpose: 'run', questions: [second] });
    expect((await logged(first.decisionId)).map(({ action }) => action)).toEqual([first.action, second.action]);
  });
});

describe('an allowed decision', () => {
  it('shows as the last use to administrators, and leaves the tag as it is', async () => {
    const session = { organization: 'using' };
    const { headers } = await change(system, 'read_task', { permission: 'always_allow' }, session);
    const before = await call(system, 'GET tools/read_task', session);
    expect(before.body).not.toHaveProperty('lastUsedAt');
    const decision = await decideOne({ ...session, tool: 'read_task', input: { where: { subject: 'x' } } });
    expect(decision.effect).toBe('allow');
    const after = await call(system, 'GET tools/read_task', session);
    expect(Date.parse(String(after.body['lastUsedAt']))).toBeGreaterThan(Date.parse(String(after.body['changedAt'])));
    expect([before, after].map((answer) => answer.headers.get('etag'))).toEqual(Array(2).fill(headers.get('etag')));
    const user = await call(system, 'GET tools/read_task', { ...session, roles: ['user'] });
    expect(user.body).not.toHaveProperty('lastUsedAt');
  });
});

describe('the caller', () => {
  it.each(['auth-service', 'job-service', 'policy-service'] as const)('%s may not decide', async (service) => {
    const questions = [await system.intake.question()];
    const other = await system.as(service);
    await expect(other.decide({ purpose: 'run', questions })).rejects.toMatchObject({ code: 'denied' });
  });

  it('crm-worker may not fetch keys', async () => {
    await expect(policy.keys({})).rejects.toMatchObject({ code: 'denied' });
  });

  it.each([
    ['no question', { purpose: 'run', questions: [] }],
    [
      'an unknown purpose',
      { purpose: 'play', questions: [{ decisionId: 'x', mandate: 'x', salt: 'x', inputJson: '{}' }] },
    ],
  ])('is told about %s', async (_what, request) => {
    await expect(policy.decide(request as never)).rejects.toMatchObject({ code: 'invalid' });
  });

  it('may not use an id twice in one request', async () => {
    const question = await system.intake.question();
    const again = await system.intake.question({ decisionId: question.decisionId });
    const asked = policy.decide({ purpose: 'run', questions: [question, again] });
    await expect(asked).rejects.toMatchObject({ code: 'invalid' });
  });
});

describe('without', () => {
  it('Postgres nothing is decided, not even from a fresh snapshot, and all goes on after', async () => {
    const { workProxy } = system;
    expect((await decideOne()).effect).toBe('allow');
    await workProxy.down();
    try {
      await expect(decideOne()).rejects.toMatchObject({ code: 'unavailable' });
    } finally {
      await workProxy.up();
    }
    expect((await decideOne()).effect).toBe('allow');
  });

  it('the keys of an intake nothing is decided on its mandates', async () => {
    const own = await policySystem();
    try {
      own.intake.server.down();
      const worker = await own.as('crm-worker');
      const questions = [await own.intake.question()];
      await expect(worker.decide({ purpose: 'run', questions })).rejects.toMatchObject({ code: 'unavailable' });
      await own.intake.server.up();
      expect((await worker.decide({ purpose: 'run', questions })).decisions).toMatchObject([{ effect: 'deny' }]);
    } finally {
      await own.close();
    }
  }, 30_000);
});
