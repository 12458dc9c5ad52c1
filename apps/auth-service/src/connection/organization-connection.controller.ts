import { connectionReasons, connectionStatuses } from '@bliro/contract/auth';
import { type Caller, CurrentCaller, Problems, Roles, UuidParam } from '@bliro/http';
import { Controller, Delete, Get, HttpCode, Query, Res } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { connectionView } from './connection-view.js';
import { Connections } from './connections.js';
import { OrganizationConnections } from './organization-connections.js';
import { Presenter } from './presenter.js';

const listed = connectionView
  .extend({
    userId: z.string(),
    sharedWith: z.array(z.string()).meta({ description: 'Other users who have connected the same Microsoft account' }),
  })
  .meta({ id: 'OrganizationConnection' });
const list = z.object({ items: z.array(listed), nextCursor: z.string().optional() });
const ending = z.object({ connections: z.number().int() });

const cursor = z
  .string()
  .max(100)
  .transform((text) => Buffer.from(text, 'base64url').toString())
  .pipe(z.guid({ error: 'not a cursor of this list' }));
const query = z.strictObject({
  status: z.enum(connectionStatuses).optional(),
  reason: z.enum(connectionReasons).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: cursor.optional(),
});

@ApiTags('organization')
@Controller('organization/connections')
export class OrganizationConnectionController {
  constructor(
    private readonly all: OrganizationConnections,
    private readonly connections: Connections,
    private readonly presenter: Presenter,
  ) {}

  @Get()
  @Roles('admin')
  @ApiOperation({ summary: "Every user's connection; never a token" })
  @ApiOkResponse({ standardSchema: list })
  async listConnections(
    @CurrentCaller() { organization }: Caller,
    @Query({ schema: query }) filter: z.output<typeof query>,
  ): Promise<z.infer<typeof list>> {
    const { items, next } = await this.all.list(organization, filter);
    return {
      items: items.map(({ connection, sharedWith }) => ({
        ...this.presenter.view(connection),
        userId: connection.userId,
        sharedWith,
      })),
      ...(next === undefined ? {} : { nextCursor: Buffer.from(next).toString('base64url') }),
    };
  }

  @Delete(':id')
  @HttpCode(204)
  @Roles('admin')
  @Problems('not_found', 'key_store_unavailable')
  @ApiOperation({ summary: 'Ends one: the refresh token and its key are gone when this answers' })
  @ApiNoContentResponse()
  async endConnection(@CurrentCaller() { organization }: Caller, @UuidParam() id: string): Promise<void> {
    await this.connections.endOne(organization, id);
  }

  @Delete()
  @HttpCode(202)
  @Roles('admin')
  @ApiOperation({
    summary: 'Ends all: the refresh tokens are gone when this answers; keys follow where their store is down',
  })
  @ApiResponse({ status: 202, standardSchema: ending })
  async endAllConnections(
    @CurrentCaller() { organization }: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<z.infer<typeof ending>> {
    void reply.header('location', '/auth/v1/organization/connections');
    return { connections: await this.connections.endAll(organization) };
  }
}
