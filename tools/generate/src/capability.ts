import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Failure, root } from '@bliro/up';
import { camel, create, kebab, pascal } from './write.js';

const services = ['auth-service', 'policy-service', 'job-service'];
const noun: Record<string, string> = { 'auth-service': 'auth', 'policy-service': 'policy', 'job-service': 'jobs' };

/** A folder for one behaviour of a service: its HTTP entry, its use case, and a spec that fails until the use case does something. */
export function generateCapability(service?: string, name?: string): string[] {
  if (!services.includes(service ?? '')) throw new Failure(`Which service? ${services.join(', ')}`);
  const kebabName = kebab(name);
  const folder = `apps/${service ?? ''}/src/${kebabName}`;
  if (existsSync(join(root, folder))) throw new Failure(`${folder} is there already.`);
  return [
    create(`${folder}/${kebabName}.controller.ts`, controller(kebabName)),
    create(`${folder}/${kebabName}.ts`, useCase(kebabName)),
    create(`${folder}/${kebabName}.spec.ts`, spec(kebabName)),
    `Next, in apps/${service ?? ''}/src/app.module.ts: ${pascal(kebabName)}Controller among the controllers, and { provide: ${pascal(kebabName)}, useValue: new ${pascal(kebabName)}() } among the providers.`,
    `It answers at /${noun[service ?? ''] ?? ''}/v1/${kebabName}, for administrators only until you say otherwise.`,
  ];
}

const controller = (name: string): string => `import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { CurrentCaller, Roles, type Caller } from '@bliro/http';
import { ${camel(name)}View, ${pascal(name)}, type ${pascal(name)}View } from './${name}.js';

@ApiTags('${name}')
@Controller('${name}')
export class ${pascal(name)}Controller {
  constructor(private readonly ${camel(name)}: ${pascal(name)}) {}

  @Get()
  @Roles('admin')
  @ApiOperation({ summary: 'Says what there is of ${name}' })
  @ApiResponse({ status: 200, description: '', standardSchema: ${camel(name)}View })
  get(@CurrentCaller() caller: Caller): ${pascal(name)}View {
    return this.${camel(name)}.get(caller);
  }
}
`;

const useCase = (name: string): string => `import type { Caller } from '@bliro/http';
import { z } from 'zod';

export const ${camel(name)}View = z.object({ organization: z.string() }).meta({ id: '${pascal(name)}' });
export type ${pascal(name)}View = z.output<typeof ${camel(name)}View>;

export class ${pascal(name)} {
  get({ organization }: Caller): ${pascal(name)}View {
    return { organization };
  }
}
`;

const spec = (name: string): string => `import { describe, expect, it } from '@jest/globals';
import { ${pascal(name)} } from './${name}.js';

describe('${name}', () => {
  it('answers for the caller’s organization', () => {
    const caller = { organization: 'contoso', userId: 'admin-1', roles: ['admin' as const], token: '' };
    expect(new ${pascal(name)}().get(caller)).toEqual({ organization: 'contoso' });
  });
});
`;
