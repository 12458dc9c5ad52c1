import { type Caller, CurrentCaller, Problems, Roles } from '@bliro/http';
import { Body, Controller, Delete, Get, HttpCode, Put } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { type Pin, Pins } from './pins.js';
import { Rediscovery } from './rediscovery.js';

const organizationEnvironment = z
  .object({ id: z.uuid(), name: z.string(), url: z.url(), type: z.string(), users: z.number().int() })
  .meta({ id: 'OrganizationEnvironment' });
const organizationEnvironments = z.object({ items: z.array(organizationEnvironment) });
const pinView = z
  .object({
    environmentId: z.uuid(),
    name: z.string().optional(),
    pinnedBy: z.string().optional().meta({ description: "The administrator's `sub`" }),
    pinnedAt: z.iso.datetime().optional(),
  })
  .meta({ id: 'PinnedEnvironment' });
type PinView = z.infer<typeof pinView>;
const pinBody = z.strictObject({ environmentId: z.guid() });

@ApiTags('organization')
@Controller('organization/dynamics')
export class PinController {
  constructor(
    private readonly pins: Pins,
    private readonly rediscovery: Rediscovery,
  ) {}

  @Get('environments')
  @Roles('admin')
  @ApiOperation({ summary: 'The Dynamics environments that users of the organization have found' })
  @ApiOkResponse({ standardSchema: organizationEnvironments })
  async listOrganizationEnvironments(
    @CurrentCaller() caller: Caller,
  ): Promise<z.infer<typeof organizationEnvironments>> {
    return { items: await this.pins.found(caller) };
  }

  @Get('pinned-environment')
  @Roles('admin')
  @Problems('not_found')
  @ApiOperation({ summary: 'The environment that everybody works in' })
  @ApiOkResponse({ standardSchema: pinView })
  async getPin(@CurrentCaller() caller: Caller): Promise<PinView> {
    return viewOf(await this.pins.get(caller));
  }

  @Put('pinned-environment')
  @HttpCode(200)
  @Roles('admin')
  @Problems('environment_unknown')
  @ApiOperation({ summary: 'Fixes the environment for everybody, before each user’s own choice' })
  @ApiOkResponse({ standardSchema: pinView })
  async setPin(
    @CurrentCaller() caller: Caller,
    @Body({ schema: pinBody }) body: z.infer<typeof pinBody>,
  ): Promise<PinView> {
    const pin = await this.pins.set(caller, body.environmentId.toLowerCase());
    this.rediscovery.nudge();
    return viewOf(pin);
  }

  @Delete('pinned-environment')
  @HttpCode(204)
  @Roles('admin')
  @ApiOperation({ summary: 'Each user’s own choice counts again' })
  @ApiNoContentResponse()
  async removePin(@CurrentCaller() caller: Caller): Promise<void> {
    await this.pins.remove(caller);
  }
}

function viewOf({ pinnedAt, ...pin }: Pin): PinView {
  return { ...pin, ...(pinnedAt === undefined ? {} : { pinnedAt: pinnedAt.toISOString() }) };
}
