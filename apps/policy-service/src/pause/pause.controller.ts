import { Body, Controller, Delete, Get, HttpCode, Put, Query } from '@nestjs/common';
import { ApiResponse, ApiTags } from '@nestjs/swagger';
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
  @ApiResponse({ status: 200, description: 'What is paused; to a user, of their own work', standardSchema: pauseList })
  list(@CurrentCaller() caller: Caller, @Query({ schema: pauseQuery }) query: PauseQuery): Promise<PauseList> {
    return this.pauses.list(caller, query);
  }

  @Put()
  @Roles('admin', 'user')
  @ApiResponse({ status: 200, description: 'The pause, in force within a second', standardSchema: pauseView })
  set(@CurrentCaller() caller: Caller, @Body({ schema: pauseBody }) body: PauseBody): Promise<PauseView> {
    return this.pauses.set(caller, body);
  }

  @Delete()
  @HttpCode(204)
  @Roles('admin', 'user')
  @ApiResponse({ status: 204, description: 'It is not paused any more, and what waited goes on' })
  end(@CurrentCaller() caller: Caller, @Body({ schema: pauseBody }) body: PauseBody): Promise<void> {
    return this.pauses.end(caller, body);
  }
}
