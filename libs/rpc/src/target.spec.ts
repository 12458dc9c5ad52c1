import { describe, expect, it } from '@jest/globals';
import { targetOf } from './target.js';

describe('targetOf', () => {
  it.each([
    ['127.0.0.1:5001', 'ipv4:127.0.0.1:5001'],
    ['127.0.0.1:5001, 127.0.0.1:5002', 'ipv4:127.0.0.1:5001,127.0.0.1:5002'],
    ['[::1]:5001', 'ipv6:[::1]:5001'],
    ['policy-service:5001', 'dns:///policy-service:5001'],
    ['dns:///policy:5001', 'dns:///policy:5001'],
  ])('writes %s as %s', (url, target) => {
    expect(targetOf(url)).toBe(target);
  });

  it.each(['policy', 'a:1,b:2', '127.0.0.1:1,policy:2'])('refuses %s', (url) => {
    expect(() => targetOf(url)).toThrow(url.split(',')[0]);
  });
});
