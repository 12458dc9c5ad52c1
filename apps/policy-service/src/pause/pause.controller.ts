import { Body, Controller, Delete, Get, HttpCode, Put, Query } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { CurrentCaller, Roles, type Caller } from '@bliro/http';
import {
  pauseBody,
  pauseList,
  pauseQuery,
  pauseView,
  type PauseBody,
  type PauseList,
  type PauseQuery,
  type PauseView,
} from './pause.schema.js';
import { Pauses } from './pauses.js';

@ApiTags('pause')
@Controller('pause')
export class PauseController {
  constructor(private readonly pauses: Pauses) {}

  @Get()
  @Roles('admin', 'user')
  @ApiOperation({ summary: 'What is paused' })
  @ApiResponse({ status: 200, description: 'What is paused; to a user, of their own work', standardSchema: pauseList })
  list(@CurrentCaller() caller: Caller, @Query({ schema: pauseQuery }) query: PauseQuery): Promise<PauseList> {
    return this.pauses.list(caller, query);
  }

  @Put()
  @Roles('admin', 'user')
  @ApiOperation({
    summary: "Pauses a tool, a user's work or everything of the organization",
    description:
      'An administrator may pause each of them, a user their own work alone. What is paused already stays as it is.',
  })
  @ApiResponse({ status: 200, description: 'The pause, in force within a second', standardSchema: pauseView })
  set(@CurrentCaller() caller: Caller, @Body({ schema: pauseBody }) body: PauseBody): Promise<PauseView> {
    return this.pauses.set(caller, body);
  }

  @Delete()
  @HttpCode(204)
  @Roles('admin', 'user')
  @ApiOperation({ summary: 'Ends a pause', description: 'A user ends only what they paused themselves.' })
  @ApiResponse({ status: 204, description: 'It is not paused any more, and what waited goes on' })
  end(@CurrentCaller() caller: Caller, @Body({ schema: pauseBody }) body: PauseBody): Promise<void> {
    return this.pauses.end(caller, body);
  }
}
