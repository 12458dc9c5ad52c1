import { type Caller, CurrentCaller, Problem, Problems, Roles } from '@bliro/http';
import { Controller, Delete, Get, HttpCode } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { connectionView, type ConnectionView } from './connection-view.js';
import { Connections } from './connections.js';
import { Presenter } from './presenter.js';

@ApiTags('connection')
@Controller('connections/dynamics')
export class ConnectionController {
  constructor(
    private readonly connections: Connections,
    private readonly presenter: Presenter,
  ) {}

  @Get()
  @Roles('user')
  @Problems('not_found')
  @ApiOperation({ summary: "The user's connection to Dynamics" })
  @ApiOkResponse({ standardSchema: connectionView })
  async getConnection(@CurrentCaller() caller: Caller): Promise<ConnectionView> {
    const connection = await this.connections.find(caller);
    if (connection === undefined) throw new Problem('not_found');
    return this.presenter.view(connection);
  }

  @Delete()
  @HttpCode(204)
  @Roles('user')
  @Problems('not_found', 'key_store_unavailable')
  @ApiOperation({ summary: 'Disconnects: the refresh token and its key are gone when this answers' })
  @ApiNoContentResponse()
  async deleteConnection(@CurrentCaller() caller: Caller): Promise<void> {
    await this.connections.disconnect(caller);
  }
}
