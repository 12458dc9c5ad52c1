import type { z } from 'zod';
import { isMicrosoft, isStandin } from './origin.js';

/**
 * Adds a check to a schema that has ALLOW_LOCAL_STANDINS: without it, no variable in `microsoft` may name anything but a
 * cloud of Microsoft's over https, and HOST_ISSUER no `.invalid` or loopback address.
 */
export function refuseStandins<S extends z.ZodObject>(schema: S, microsoft: string[] = []): S {
  return schema.superRefine(
    (config: Record<string, unknown>, ctx) => {
      if (config['ALLOW_LOCAL_STANDINS'] === true) return;
      const refused = [
        ...named(config, microsoft).filter(([, value]) => !isMicrosoft(value)),
        ...named(config, ['HOST_ISSUER']).filter(([, value]) => isStandin(value)),
      ];
      for (const [name] of refused) {
        const message = `names a stand-in, which is refused unless ALLOW_LOCAL_STANDINS=1`;
        ctx.addIssue({ code: 'custom', path: [name], message });
      }
    },
    { when: () => true },
  );
}

function named(config: Record<string, unknown>, names: string[]): [string, string][] {
  return names.flatMap((name) => {
    const value = config[name];
    return typeof value === 'string' ? [[name, value]] : [];
  });
}
