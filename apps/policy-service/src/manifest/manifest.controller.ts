import { Controller, Get, Headers, Query, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { CurrentCaller, Roles, type Caller } from '@bliro/http';
import { etagHeader as headers, namesTag, type Reply } from '../tool/etag.js';
import { Manifest, manifestQuery, manifestView, type ManifestQuery, type ManifestView } from './manifest.js';

@ApiTags('manifest')
@Controller('tools/manifest')
export class ManifestController {
  constructor(private readonly manifest: Manifest) {}

  @Get()
  @Roles('user', 'admin')
  @ApiOperation({
    summary: "The organization's tools as a model may see them",
    description: 'A tool on deny is not in it. Ask again with `If-None-Match`: 304 says that nothing changed.',
  })
  @ApiHeader({ name: 'If-None-Match', required: false, description: 'The ETag of the manifest that is known already' })
  @ApiResponse({ status: 200, description: 'What a model may see', standardSchema: manifestView, headers })
  @ApiResponse({ status: 304, description: 'Nothing is otherwise than in the manifest that is known' })
  async get(
    @CurrentCaller() caller: Caller,
    @Query({ schema: manifestQuery }) query: ManifestQuery,
    @Headers('if-none-match') known: string | undefined,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<ManifestView | undefined> {
    const { content, etag } = await this.manifest.of(caller, query);
    reply.header('etag', etag).header('cache-control', 'private, no-cache');
    if (known === undefined || !namesTag(known, etag)) return content;
    reply.status(304);
    return undefined;
  }
}
