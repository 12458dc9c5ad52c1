import { describe, expect, it } from '@jest/globals';
import { etagOf, matches } from './etag.js';

describe('an entity tag', () => {
  const tag = etagOf({ a: 1, b: [2] });

  it('is of the content, not of the order of its keys', () => {
    expect(etagOf({ b: [2], a: 1 })).toBe(tag);
    expect(etagOf({ a: 1, b: [3] })).not.toBe(tag);
  });

  it.each([
    [tag, true],
    [`"other", ${tag}`, true],
    ['*', true],
    [`W/${tag}`, false],
    [tag.replaceAll('"', ''), false],
    ['', false],
  ])('If-Match: %s', (ifMatch, expected) => {
    expect(matches(ifMatch, tag)).toBe(expected);
  });
});
