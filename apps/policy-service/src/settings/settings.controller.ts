import { Body, Controller, Get, Headers, Patch, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { CurrentCaller, Problems, Roles, type Caller } from '@bliro/http';
import { etagHeader as headers, etagOf, type Reply } from '../tool/etag.js';
import { OrganizationSettings, settingsView, type SettingsView } from './organization-settings.js';
import { settingsChange, type SettingsChange } from './settings.js';

@ApiTags('settings')
@Controller('settings')
export class SettingsController {
  constructor(private readonly settings: OrganizationSettings) {}

  @Get()
  @Roles('admin')
  @ApiOperation({ summary: "The organization's settings" })
  @ApiResponse({ status: 200, description: 'The settings', standardSchema: settingsView, headers })
  async get(@CurrentCaller() caller: Caller, @Res({ passthrough: true }) reply: Reply): Promise<SettingsView> {
    return tagged(reply, await this.settings.get(caller));
  }

  @Patch()
  @Roles('admin')
  @ApiOperation({ summary: 'Changes some of the settings' })
  @Problems('precondition_required', 'precondition_failed')
  @ApiHeader({ name: 'If-Match', required: true, description: 'The ETag under which the settings were read' })
  @ApiResponse({ status: 200, description: 'The settings as they are now', standardSchema: settingsView, headers })
  async change(
    @CurrentCaller() caller: Caller,
    @Headers('if-match') ifMatch: string | undefined,
    @Body({ schema: settingsChange }) change: SettingsChange,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<SettingsView> {
    return tagged(reply, await this.settings.change(caller, ifMatch, change));
  }
}

function tagged(reply: Reply, view: SettingsView): SettingsView {
  reply.header('etag', etagOf(view));
  return view;
}
