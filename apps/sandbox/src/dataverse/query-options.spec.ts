import { describe, expect, it } from '@jest/globals';
import { readQuery } from './query-options.js';

describe('readQuery', () => {
  it('reads options, nested ones too, and passes over what has no $', () => {
    const query =
      "$select=LogicalName,SchemaName&$expand=Attributes($select=LogicalName;$filter=LogicalName eq 'a;b'),Keys&tag=x";
    expect(readQuery(query)).toMatchObject({
      select: ['LogicalName', 'SchemaName'],
      expand: [
        {
          property: 'Attributes',
          options: { select: ['LogicalName'], filter: [{ literal: { value: 'a;b' } }] },
        },
        { property: 'Keys' },
      ],
    });
  });

  it('reads $top, $orderby and $count', () => {
    expect(readQuery('$top=5&$orderby=subject desc,createdon&$count=true')).toMatchObject({
      top: 5,
      count: true,
      orderBy: [
        { path: 'subject', descending: true },
        { path: 'createdon', descending: false },
      ],
    });
  });

  it.each(['$skip=1', '$search=x', '$top=-1', '$top=x', '$orderby=a b c', '$expand=A($select)', '$expand=A B'])(
    'refuses %s',
    (query) => {
      expect(() => readQuery(query)).toThrow();
    },
  );
});
