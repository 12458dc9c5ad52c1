import { html, page, policyFor, pageHeaders } from './html.js';

const SUBMIT = 'document.forms[0].submit()';

/** Carries an answer to the client by a form that sends itself, as `response_mode=form_post` asks. */
export function formPostPage(action: string, fields: Record<string, string>): string {
  const inputs = Object.entries(fields).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`,
  );
  return page(
    'Working...',
    html`<form method="post" action="${action}">
      ${inputs}
      <p>You are being sent back to the application.</p>
      <div class="buttons"><button class="main">Continue</button></div>
    </form>`,
    { kind: 'card', script: SUBMIT },
  );
}

export const formPostHeaders = { ...pageHeaders, ...policyFor(SUBMIT) };
