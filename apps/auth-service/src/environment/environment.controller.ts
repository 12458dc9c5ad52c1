import { type Caller, CurrentCaller, Problems, Roles } from '@bliro/http';
import { Body, Controller, Get, HttpCode, Put } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Presenter } from '../connection/presenter.js';
import { connectionView, type ConnectionView } from '../connection/connection-view.js';
import { Environments } from './environments.js';

const environmentView = z
  .object({
    id: z.uuid(),
    name: z.string(),
    url: z.url(),
    type: z.string(),
    selectable: z.boolean(),
    reason: z.enum(['disabled', 'address_not_allowed']).optional().meta({ description: 'Why it cannot be chosen' }),
  })
  .meta({ id: 'Environment' });
const environmentList = z.object({ items: z.array(environmentView), pinnedEnvironmentId: z.uuid().optional() });
const choice = z.strictObject({ environmentId: z.guid() });

@ApiTags('environments')
@Controller('connections/dynamics')
export class EnvironmentController {
  constructor(
    private readonly environments: Environments,
    private readonly presenter: Presenter,
  ) {}

  @Get('environments')
  @Roles('user')
  @Problems('not_found', 'not_connected', 'reconnect_required', 'microsoft_unavailable')
  @ApiOperation({ summary: 'The Dynamics environments that the user can reach, asked of Microsoft now' })
  @ApiOkResponse({ standardSchema: environmentList })
  async listEnvironments(@CurrentCaller() caller: Caller): Promise<z.infer<typeof environmentList>> {
    const { seen, pin } = await this.environments.list(caller);
    return {
      items: seen.map(({ id, name, url, type, selectable, reason }) => ({
        id,
        name,
        url,
        type,
        selectable,
        ...(reason === undefined ? {} : { reason }),
      })),
      ...(pin === null ? {} : { pinnedEnvironmentId: pin }),
    };
  }

  @Put('environment')
  @HttpCode(200)
  @Roles('user')
  @Problems(
    'not_found',
    'not_connected',
    'reconnect_required',
    'environment_pinned',
    'environment_unknown',
    'environment_not_selectable',
    'microsoft_unavailable',
  )
  @ApiOperation({ summary: 'Chooses the environment to work in' })
  @ApiOkResponse({ standardSchema: connectionView })
  async chooseEnvironment(
    @CurrentCaller() caller: Caller,
    @Body({ schema: choice }) body: z.infer<typeof choice>,
  ): Promise<ConnectionView> {
    return this.presenter.view(await this.environments.choose(caller, body.environmentId));
  }
}
