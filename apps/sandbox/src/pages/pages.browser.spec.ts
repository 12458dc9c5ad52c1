import { afterAll, afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import axe from 'axe-core';
import type { BrowserContext, Page } from 'playwright-core';
import { openBrowser } from '../fixture/browser.js';
import { oauthClient } from '../fixture/oauth-client.js';
import { returningClient } from '../fixture/returning-client.js';
import { startSandbox } from '../fixture/start-sandbox.js';

jest.setTimeout(30_000);
const browser = await openBrowser();
const [running, app] = [await startSandbox(), await returningClient()];
const client = oauthClient(running);
const PHONE = { width: 360, height: 740 };

let context: BrowserContext;
let page: Page;
let elsewhere: string[];
beforeEach(async () => {
  running.sandbox.reset();
  app.arrivals.length = 0;
  elsewhere = [];
  context = await browser.newContext({ viewport: PHONE });
  context.setDefaultTimeout(5_000);
  page = await context.newPage();
  page.on('request', (request) => {
    if (!/^http:\/\/(127\.0\.0\.1|localhost):/.test(request.url())) elsewhere.push(request.url());
  });
});
afterEach(async () => {
  await context.close();
  expect(elsewhere).toEqual([]);
});
afterAll(async () => {
  await browser.close();
  await running.stop();
  app.stop();
});

const link = (more: Record<string, string> = {}, path?: string) =>
  client.link({ redirect_uri: app.redirectUri, ...more }, path);

const press = (name: string | RegExp) => page.getByRole('button', { name }).click();
const heading = () => page.getByRole('heading', { level: 1 }).textContent();
const back = async () => {
  await page.waitForURL(app.redirectUri.concat('**'));
  return app.arrivals.at(-1);
};

/** No mistake that axe finds, and nothing wider than a phone. */
async function expectUsable(): Promise<void> {
  expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(PHONE.width);
  await page.evaluate(axe.source);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    const { violations } = await page.evaluate<axe.AxeResults>('axe.run()');
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
  }
}

describe('a person in a browser', () => {
  it('signs in, reads what is asked for, consents, and is back with a code that is good', async () => {
    await page.goto(link());
    expect(await heading()).toBe('Pick an account');
    await expectUsable();
    await press(/ada@contoso\.example/);
    expect(await heading()).toBe('Permissions requested');
    expect(await page.getByRole('listitem').allTextContents()).toEqual([
      'Access Common Data Service as you',
      'Sign you in',
      'Maintain access to data you have given it access to',
    ]);
    await expectUsable();
    await press('Accept');
    const { parameters } = (await back()) ?? {};
    expect(parameters).toMatchObject({ state: 'a-state', code: expect.any(String) });
    const { status } = await client.redeem(parameters?.['code'] ?? '', { redirect_uri: app.redirectUri });
    expect(status).toBe(200);
  });

  it('declines', async () => {
    await page.goto(link());
    await press(/ben@contoso\.example/);
    await press('Cancel');
    expect((await back())?.parameters).toMatchObject({ error: 'access_denied', state: 'a-state' });
    expect(app.arrivals.at(-1)?.parameters['error_description']).toContain('AADSTS65004');
  });

  it('meets "Need admin approval", and goes on once an administrator has consented for all', async () => {
    await page.goto(link());
    await press(/nia@northwind\.example/);
    expect(await heading()).toBe('Need admin approval');
    await expectUsable();
    await press('Return to the application without granting consent');
    expect((await back())?.parameters).toEqual({
      error: 'access_denied',
      error_subcode: 'cancel',
      state: 'a-state',
    });

    const adminUri = app.redirectUri.replace('/callback', '/admin-consent/callback');
    await page.goto(link({ redirect_uri: adminUri }, '/northwind.example/v2.0/adminconsent'));
    await press(/admin@northwind\.example/);
    expect(await heading()).toBe('Permissions requested: review for your organization');
    await expectUsable();
    await press('Accept');
    await page.waitForURL(adminUri.concat('**'));
    expect(app.arrivals.at(-1)?.parameters).toMatchObject({ admin_consent: 'True', state: 'a-state' });

    await page.goto(link());
    expect((await back())?.parameters['code']).toBeTruthy();
  });

  it('stays signed in, switches account, and signs out', async () => {
    await page.goto(link());
    await press(/ada@contoso\.example/);
    await press('Accept');
    await back();
    await page.goto(link());
    await back();
    expect(app.arrivals).toHaveLength(2);

    await page.goto(link({ prompt: 'select_account' }));
    await expectUsable();
    await page.getByLabel('Use another account').fill('fay@fabrikam.example');
    await press('Next');
    await page.getByRole('link', { name: 'Use another account' }).click();
    expect(await heading()).toBe('Pick an account');
    await press(/Fay Moreau/);
    await press('Accept');
    const { parameters } = (await back()) ?? {};
    const { json } = await client.redeem(parameters?.['code'] ?? '', { redirect_uri: app.redirectUri });
    const { json: renewed } = await client.refresh(json.refresh_token, {
      scope: client.scope('/dataverse/fabrikam'),
    });
    expect(renewed.access_token).toBeTruthy();

    await page.goto(`${running.origin}/organizations/oauth2/v2.0/logout`);
    expect(await heading()).toBe('You signed out of your account');
    await expectUsable();
    await page.goto(link());
    expect(await heading()).toBe('Pick an account');
  });

  it('approves a second factor, is kept out by policy, and finds the way to another account', async () => {
    await running.control('entra', { user: 'ada@contoso.example', action: 'require_mfa' });
    await running.control('entra', { user: 'ben@contoso.example', action: 'block_by_policy' });
    await page.goto(link());
    await press(/ben@contoso\.example/);
    expect(await page.getByRole('alert').textContent()).toContain('AADSTS53003');
    await expectUsable();
    await page.getByRole('link', { name: 'Sign in with a different account' }).click();
    await press(/ada@contoso\.example/);
    expect(await heading()).toBe('Approve sign in request');
    await expectUsable();
    await press('Approve');
    await press('Accept');
    expect((await back())?.parameters['code']).toBeTruthy();
  });

  it('comes back by a form that sends itself, and from localhost as from 127.0.0.1', async () => {
    await page.goto(link({ response_mode: 'form_post' }).replace('127.0.0.1', 'localhost'));
    await press(/ada@contoso\.example/);
    await press('Accept');
    const { method, parameters } = (await back()) ?? {};
    expect([method, parameters?.['state']]).toEqual(['POST', 'a-state']);
  });
});

describe("the sandbox's own pages", () => {
  it('show the journal live, and break and mend things by forms', async () => {
    await page.goto(`${running.origin}/`);
    await expectUsable();
    await page.getByLabel('Target').selectOption('entra');
    await page.getByLabel('Effect').selectOption('status');
    await page.getByLabel('Status', { exact: true }).fill('503');
    await page.getByLabel('Times (optional)').fill('2');
    expect(await page.getByLabel('Milliseconds').isVisible()).toBe(false);
    await press('Break it');
    await page.getByRole('region', { name: 'Faults' }).getByText('{"status":503}').waitFor();
    expect((await client.refresh('x')).status).toBe(503);
    await page.getByRole('region', { name: 'Requests' }).getByText('/organizations/oauth2/v2.0/token').waitFor();
    await press('End all faults');
    await page.getByText('No faults.').waitFor();
    expect((await client.refresh('x')).status).toBe(400);

    await page.getByLabel('User, or a whole tenant').selectOption('ada@contoso.example');
    await page.getByLabel('Action').selectOption('disable_user');
    await press('Do it');
    await page.getByRole('region', { name: 'Accounts', exact: true }).getByText('disabled').waitFor();
    await page.getByLabel('Access tokens live, in seconds').fill('60');
    await press(/^Set$/);
    await page.locator('form[data-control="settings"] output').getByText('Done.').waitFor();
    expect(running.sandbox.settings.accessTokenSeconds).toBe(60);
    await press(/^Reset/);
    await page.getByRole('region', { name: 'Accounts', exact: true }).waitFor({ state: 'detached' });
    expect(running.sandbox.settings.accessTokenSeconds).toBe(3600);
  });

  it('say what is wrong with a call', async () => {
    await page.goto(`${running.origin}/`);
    await page.getByLabel('Effect').selectOption('delay');
    await page.getByLabel('Milliseconds').fill('');
    await press('Break it');
    await page.locator('form[data-control="faults"] output').first().getByText('/effect/ms').waitFor();
  });

  it('show a record to whoever follows its link', async () => {
    const { id: environment } = (await running.call('/control/info')).json.environments[0];
    const fields = { subject: 'Call back', description: 'x'.repeat(2_000) };
    const { json } = await running.control('records', { environment, table: 'task', fields });
    const link = `${running.origin}/dataverse/contoso/main.aspx?etn=task&pagetype=entityrecord&id=`;
    await page.goto(`${link}${json.activityid}`);
    expect(await heading()).toBe('Call back');
    await expectUsable();
    await page.goto(`${link}${environment}`);
    expect(await heading()).toBe('No such record');
    await expectUsable();
    await page.getByRole('link', { name: 'Journal' }).click();
    await page.getByText('All 0 requests').waitFor();
  });

  it('have a journal on a page of its own', async () => {
    await client.refresh('x');
    await page.goto(`${running.origin}/journal`);
    await page.getByText('All 1 requests').waitFor();
    await expectUsable();
    await client.refresh('x');
    await page.getByText('All 2 requests').waitFor();
  });
});
