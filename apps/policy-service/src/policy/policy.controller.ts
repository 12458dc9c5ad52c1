import { Body, Controller, Get, Headers, HttpCode, Param, Post, Put, Query, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { toolKey } from '@bliro/contract/policy';
import { CurrentCaller, Problems, Roles, type Caller } from '@bliro/http';
import { etagHeader as headers, type Reply } from '../tool/etag.js';
import { policyDocument, type PolicyDocument } from './document.js';
import { History } from './history.js';
import {
  changeQuery,
  historyQuery,
  policyChanged,
  presetName,
  reason,
  revisionNumber,
  toolHistory,
  type ChangeQuery,
  type HistoryQuery,
  type PolicyChanged,
  type Reason,
  type ToolHistory,
} from './policy.schema.js';
import type { PresetName } from './presets.js';
import { WholePolicy, type Tagged } from './whole-policy.js';

const changed = { status: 200, description: 'What changed, or would change', standardSchema: policyChanged, headers };
const IfMatch = (required: boolean) =>
  ApiHeader({ name: 'If-Match', required, description: 'The ETag of the document that the change was decided on' });

@ApiTags('policy')
@Controller()
export class PolicyController {
  constructor(
    private readonly policy: WholePolicy,
    private readonly history: History,
  ) {}

  @Get('tools/:key/history')
  @Roles('admin')
  @ApiOperation({ summary: "A tool's changes: who, when, why, and what it was before" })
  @ApiResponse({ status: 200, description: 'Changes of the tool, the latest first', standardSchema: toolHistory })
  toolHistory(
    @CurrentCaller() caller: Caller,
    @Param('key', { schema: toolKey }) key: string,
    @Query({ schema: historyQuery }) query: HistoryQuery,
  ): Promise<ToolHistory> {
    return this.history.ofTool(caller, key, query);
  }

  @Post('revisions/:revision/restore')
  @HttpCode(200)
  @Roles('admin')
  @ApiOperation({
    summary: 'Makes the policy what it was at an earlier revision',
    description:
      'It is a new revision; pauses stay as they are. With `dryRun` nothing changes, and the answer is what would.',
  })
  @Problems('precondition_failed')
  @IfMatch(false)
  @ApiResponse(changed)
  async restore(
    @CurrentCaller() caller: Caller,
    @Param('revision', { schema: revisionNumber }) revision: number,
    @Query({ schema: changeQuery }) { dryRun }: ChangeQuery,
    @Headers('if-match') ifMatch: string | undefined,
    @Body({ schema: reason }) body: Reason,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<PolicyChanged> {
    const change = { dryRun, ifMatch, comment: body?.comment };
    return tagged(reply, await this.policy.restore(caller, revision, change));
  }

  @Post('presets/:name')
  @HttpCode(200)
  @Roles('admin')
  @ApiOperation({
    summary: 'Sets the permissions of all tools as a preset has them',
    description: 'With `dryRun` nothing changes, and the answer is what would.',
  })
  @Problems('precondition_failed')
  @IfMatch(false)
  @ApiResponse(changed)
  async preset(
    @CurrentCaller() caller: Caller,
    @Param('name', { schema: presetName }) name: PresetName,
    @Query({ schema: changeQuery }) { dryRun }: ChangeQuery,
    @Headers('if-match') ifMatch: string | undefined,
    @Body({ schema: reason }) body: Reason,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<PolicyChanged> {
    const change = { dryRun, ifMatch, comment: body?.comment };
    return tagged(reply, await this.policy.applyPreset(caller, name, change));
  }

  @Get('document')
  @Roles('admin')
  @ApiOperation({
    summary: 'The whole policy as one document, to keep or to carry elsewhere',
    description: 'Its ETag is the `If-Match` of a change to the whole.',
  })
  @ApiResponse({ status: 200, description: 'The whole policy', standardSchema: policyDocument, headers })
  async document(@CurrentCaller() caller: Caller, @Res({ passthrough: true }) reply: Reply): Promise<PolicyDocument> {
    return tagged(reply, await this.policy.document(caller));
  }

  @Put('document')
  @Roles('admin')
  @ApiOperation({
    summary: 'Replaces the whole policy by a document',
    description: '`If-Match` may be left out with `dryRun` alone; then nothing changes, and the answer is what would.',
  })
  @Problems('precondition_required', 'precondition_failed')
  @IfMatch(false)
  @ApiResponse(changed)
  async replace(
    @CurrentCaller() caller: Caller,
    @Query({ schema: changeQuery }) { dryRun }: ChangeQuery,
    @Headers('if-match') ifMatch: string | undefined,
    @Body({ schema: policyDocument }) document: PolicyDocument,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<PolicyChanged> {
    return tagged(reply, await this.policy.replace(caller, document, { dryRun, ifMatch }));
  }
}

function tagged<Content>(reply: Reply, { content, etag }: Tagged<Content>): Content {
  reply.header('etag', etag);
  return content;
}
