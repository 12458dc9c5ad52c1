import { type Caller, CurrentCaller, Roles } from '@bliro/http';
import { Body, Controller, Get, HttpCode, Put } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Tenants } from './tenants.js';

const MOST_TENANTS = 100;
const tenantList = z.object({ items: z.array(z.uuid()) }).meta({ id: 'AllowedTenants' });
const tenantBody = z.strictObject({ items: z.array(z.guid()).max(MOST_TENANTS) });
type TenantList = z.infer<typeof tenantList>;

@ApiTags('organization')
@Controller('organization/dynamics/tenants')
export class TenantController {
  constructor(private readonly tenants: Tenants) {}

  @Get()
  @Roles('admin')
  @ApiOperation({ summary: 'The Entra tenants whose accounts may connect; empty: any work account' })
  @ApiOkResponse({ standardSchema: tenantList })
  async getTenants(@CurrentCaller() caller: Caller): Promise<TenantList> {
    return { items: await this.tenants.get(caller) };
  }

  @Put()
  @HttpCode(200)
  @Roles('admin')
  @ApiOperation({
    summary: 'Allows these tenants alone',
    description: 'It is asked at each sign-in. Connections that exist go on; they can be ended one by one, or all.',
  })
  @ApiOkResponse({ standardSchema: tenantList })
  async setTenants(
    @CurrentCaller() caller: Caller,
    @Body({ schema: tenantBody }) body: TenantList,
  ): Promise<TenantList> {
    return { items: await this.tenants.set(caller, body.items) };
  }
}
