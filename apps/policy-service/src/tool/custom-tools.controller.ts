import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { CurrentCaller, Problems, Roles, type Caller } from '@bliro/http';
import {
  columnListing,
  columnQuery,
  tableListing,
  tableName,
  tableQuery,
  Tables,
  type ColumnListing,
  type ColumnQuery,
  type TableListing,
  type TableQuery,
} from '../shape/tables.js';
import { CustomTables, customTools, newCustomTools, type CustomTools, type NewCustomTools } from './custom-tools.js';
import type { Reply } from './etag.js';

const FromDynamics = () => Problems('connection_required', 'dynamics_refused', 'dynamics_unavailable');

@ApiTags('custom tools')
@Controller()
export class CustomToolsController {
  constructor(
    private readonly tables: Tables,
    private readonly customTables: CustomTables,
  ) {}

  @Get('tables')
  @Roles('admin')
  @ApiOperation({ summary: "The tables of Dynamics, read with the administrator's own connection" })
  @FromDynamics()
  @ApiResponse({ status: 200, description: "Dynamics' tables", standardSchema: tableListing })
  listTables(@CurrentCaller() caller: Caller, @Query({ schema: tableQuery }) query: TableQuery): Promise<TableListing> {
    return this.tables.list(caller, query);
  }

  @Get('tables/:table/columns')
  @Roles('admin')
  @ApiOperation({ summary: "The columns of a table, read with the administrator's own connection" })
  @FromDynamics()
  @ApiResponse({ status: 200, description: 'Columns, sorted by name', standardSchema: columnListing })
  listColumns(
    @CurrentCaller() caller: Caller,
    @Param('table', { schema: tableName }) table: string,
    @Query({ schema: columnQuery }) query: ColumnQuery,
  ): Promise<ColumnListing> {
    return this.tables.columns(caller, table, query);
  }

  @Post('tools/custom')
  @Roles('admin')
  @ApiOperation({
    summary: 'Makes the tools of a table, all on deny',
    description: 'For a table that has tools already, it reads anew what the table looks like.',
  })
  @Problems('not_found', 'table_refused', 'connection_required', 'dynamics_refused', 'dynamics_unavailable')
  @ApiResponse({ status: 201, description: 'The tools of the table', standardSchema: customTools })
  async add(
    @CurrentCaller() caller: Caller,
    @Body({ schema: newCustomTools }) body: NewCustomTools,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<CustomTools> {
    const added = await this.customTables.add(caller, body);
    reply.header('location', `/policy/v1/tools?table=${body.table}`);
    return added;
  }

  @Delete('tools/custom/:table')
  @HttpCode(204)
  @Roles('admin')
  @ApiOperation({ summary: 'Takes the tools of a table away' })
  @ApiResponse({ status: 204, description: 'The table has no tools any more' })
  remove(@CurrentCaller() caller: Caller, @Param('table', { schema: tableName }) table: string): Promise<void> {
    return this.customTables.remove(caller, table);
  }
}
