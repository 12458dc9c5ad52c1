/**
 * What the sandbox's own pages run: forms that call the control API, and parts of the page that renew themselves.
 * Field names are paths into the JSON that is sent; an empty field is left out.
 */
export const PAGE_SCRIPT = `
const renew = async (selector) => {
  const part = document.querySelector(selector);
  const answer = await fetch(location.href);
  const next = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector(selector);
  if (part && next && part.innerHTML !== next.innerHTML) part.innerHTML = next.innerHTML;
};

const jsonOf = (form) => {
  const body = {};
  for (const { name, value, type, disabled } of form.elements) {
    if (!name || value === '' || disabled) continue;
    const path = name.split('.');
    const last = path.pop();
    const holder = path.reduce((object, key) => (object[key] ??= {}), body);
    holder[last] = type === 'number' ? Number(value) : value;
  }
  return JSON.stringify(body);
};

const call = async (form) => {
  const { control, method = 'POST' } = form.dataset;
  const answer = await fetch('/control/' + control, method === 'DELETE' ? { method } : { method, body: jsonOf(form) });
  return answer.ok ? 'Done.' : (await answer.json()).detail;
};

for (const form of document.querySelectorAll('form[data-control]')) {
  const kind = form.elements.namedItem('effect.kind');
  const fit = () => {
    for (const field of form.querySelectorAll('[data-for]')) {
      field.hidden = !field.dataset.for.split(' ').includes(kind.value);
      field.querySelector('input').disabled = field.hidden;
    }
  };
  if (kind) {
    kind.addEventListener('change', fit);
    fit();
  }
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const said = form.querySelector('output');
    said.textContent = await call(form).catch(() => 'The sandbox does not answer.');
    await renew('#state').catch(() => undefined);
  });
}

const live = document.querySelector('#live-on');
if (live)
  setInterval(() => {
    if (live.checked && !document.hidden) renew('#live').catch(() => undefined);
  }, 1000);
`;
