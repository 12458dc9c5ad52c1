import { Body, Controller, Get, Headers, Param, Patch, Res } from '@nestjs/common';
import { ApiHeader, ApiResponse, ApiTags } from '@nestjs/swagger';
import { toolKey } from '@bliro/contract/policy';
import { CurrentCaller, Problems, Roles, type Caller } from '@bliro/http';
import { ChangeTool } from './change-tool.js';
import { etagOf } from './etag.js';
import { toolChange, toolList, toolView, type ToolChange, type ToolList, type ToolView } from './tool.schema.js';
import { Tools } from './tools.js';

interface Reply {
  header(name: string, value: string): unknown;
}

const headers = { ETag: { description: 'Tag of this content', schema: { type: 'string' } } } as const;

@ApiTags('tools')
@Controller('tools')
export class ToolController {
  constructor(
    private readonly tools: Tools,
    private readonly changeTool: ChangeTool,
  ) {}

  @Get()
  @Roles('admin', 'user')
  @ApiResponse({ status: 200, description: 'Tools, sorted by key', standardSchema: toolList, headers })
  async list(@CurrentCaller() caller: Caller, @Res({ passthrough: true }) reply: Reply): Promise<ToolList> {
    const items = await this.tools.list(caller);
    reply.header('etag', etagOf(items.map(withoutUse)));
    return { items };
  }

  @Get(':key')
  @Roles('admin', 'user')
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
