import { Body, Controller, Get, Headers, Param, Patch, Query, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { toolKey } from '@bliro/contract/policy';
import { CurrentCaller, Problems, Roles, type Caller } from '@bliro/http';
import { ChangeTool } from './change-tool.js';
import { etagHeader as headers, etagOf, type Reply } from './etag.js';
import {
  toolChange,
  toolList,
  toolQuery,
  toolView,
  type ToolChange,
  type ToolList,
  type ToolQuery,
  type ToolView,
} from './tool.schema.js';
import { Tools } from './tools.js';

@ApiTags('tools')
@Controller('tools')
export class ToolController {
  constructor(
    private readonly tools: Tools,
    private readonly changeTool: ChangeTool,
  ) {}

  @Get()
  @Roles('admin', 'user')
  @ApiOperation({ summary: "The organization's tools with their permissions" })
  @ApiResponse({ status: 200, description: 'Tools, sorted by key', standardSchema: toolList, headers })
  async list(
    @CurrentCaller() caller: Caller,
    @Query({ schema: toolQuery }) query: ToolQuery,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<ToolList> {
    const list = await this.tools.list(caller, query);
    reply.header('etag', etagOf(list.items.map(withoutUse)));
    return list;
  }

  @Get(':key')
  @Roles('admin', 'user')
  @ApiOperation({ summary: 'One tool' })
  @ApiResponse({ status: 200, description: 'The tool', standardSchema: toolView, headers })
  async get(
    @CurrentCaller() caller: Caller,
    @Param('key', { schema: toolKey }) key: string,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<ToolView> {
    return tagged(reply, await this.tools.get(caller, key));
  }

  @Patch(':key')
  @Roles('admin')
  @ApiOperation({ summary: "Changes a tool's permission, description or fields" })
  @Problems('precondition_required', 'precondition_failed')
  @ApiHeader({ name: 'If-Match', required: true, description: 'The ETag under which the tool was read' })
  @ApiResponse({ status: 200, description: 'The tool as it is now', standardSchema: toolView, headers })
  async change(
    @CurrentCaller() caller: Caller,
    @Param('key', { schema: toolKey }) key: string,
    @Headers('if-match') ifMatch: string | undefined,
    @Body({ schema: toolChange }) change: ToolChange,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<ToolView> {
    return tagged(reply, await this.changeTool.change(caller, { key, ifMatch, change }));
  }
}

function tagged(reply: Reply, view: ToolView): ToolView {
  reply.header('etag', etagOf(withoutUse(view)));
  return view;
}

/** Using a tool doesn't change it: a tag stays good while its tool is at work. */
function withoutUse({ lastUsedAt: _lastUsedAt, ...rest }: ToolView): ToolView {
  return rest;
}
