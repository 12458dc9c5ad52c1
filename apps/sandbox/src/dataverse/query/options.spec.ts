import { describe, expect, it } from '@jest/globals';
import { readQuery } from './options.js';

describe('readQuery', () => {
  it('reads options, nested ones too, and passes over what has no $', () => {
    const query =
      "$select=LogicalName,SchemaName&$expand=Attributes($select=LogicalName;$filter=LogicalName eq 'a;b'),Keys&tag=x";
    expect(readQuery(query)).toMatchObject({
      select: ['LogicalName', 'SchemaName'],
      expand: [
        {
          property: 'Attributes',
          reference: false,
          written: "$select=LogicalName&$filter=LogicalName eq 'a;b'",
          options: { select: ['LogicalName'], filter: { right: { literal: { value: 'a;b' } } } },
        },
        { property: 'Keys' },
      ],
    });
  });

  it('reads $top, $orderby, $count and references', () => {
    expect(readQuery('$top=5&$orderby=subject desc,owner/name&$count=true&$expand=a/$ref')).toMatchObject({
      top: 5,
      count: true,
      orderBy: [
        { path: ['subject'], descending: true },
        { path: ['owner', 'name'], descending: false },
      ],
      expand: [{ property: 'a', reference: true }],
    });
  });

  it.each([
    '$skip=1',
    '$search=x',
    '$format=json',
    '$top=-1',
    '$top=x',
    '$top=1&$top=2',
    '$orderby=a b c',
    '$expand=A($select)',
    '$expand=A B',
    '$expand=A($count=true)',
    `$expand=${'A,'.repeat(15)}A`,
    `$expand=${'A($expand='.repeat(12)}A${')'.repeat(12)}`,
  ])('refuses %s', (query) => {
    expect(() => readQuery(query)).toThrow(expect.objectContaining({ status: 400 }));
  });
});
