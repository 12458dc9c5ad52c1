import { describe, expect, it } from '@jest/globals';
import { Journal, shownQuery } from './journal.js';

const seen = { method: 'GET', path: '/x', headers: ['accept'] };

describe('Journal', () => {
  it('lists by target and since, and shows what became of an entry later', () => {
    const journal = new Journal();
    const first = journal.add({ target: 'entra', ...seen });
    journal.add({ target: 'dataverse', ...seen });
    expect(journal.list(0).map(({ seq }) => seq)).toEqual([1, 2]);
    expect(journal.list(0, 'dataverse').map(({ seq }) => seq)).toEqual([2]);
    expect(journal.list(1)).toHaveLength(1);
    first.status = 200;
    expect(journal.list(0, 'entra')[0]).toMatchObject({ status: 200, committed: false });
  });

  it('goes on counting after a reset, so that a reader is not fooled', () => {
    const journal = new Journal();
    journal.add({ target: 'entra', ...seen });
    journal.clear();
    expect(journal.add({ target: 'entra', ...seen }).seq).toBe(2);
  });
});

describe('shownQuery', () => {
  it('hides what may be secret in a query of Entra', () => {
    const shown = shownQuery('entra', 'client_id=c&state=s3cret&code=c0de&scope=openid%20x&anything=v');
    expect(shown).toBe('client_id=c&state=…&code=…&scope=openid%20x&anything=…');
    expect(shown).not.toMatch(/s3cret|c0de/);
  });

  it('leaves a query of Dataverse as it is', () => {
    expect(shownQuery('dataverse', '$select=subject')).toBe('$select=subject');
    expect(shownQuery('dataverse', '')).toBeUndefined();
  });
});
