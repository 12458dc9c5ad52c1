import { type Caller, CurrentCaller, Problem, Problems, Public, Roles } from '@bliro/http';
import { Body, Controller, Get, Post, Req, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { BeginConsent } from './begin-consent.js';
import { ConsentCookie } from './browser-secret.js';
import { FinishConsent } from './finish-consent.js';
import { pathOnApp, returnAddress } from './return-to.js';

/** Where browsers find the host product's pages. */
export class AppOrigin {
  constructor(readonly origin: string) {}
}

const beginBody = z
  .strictObject({
    returnTo: z.string().default('/').meta({ description: "Path on the app's origin that the browser comes back to" }),
    switchAccount: z.boolean().default(false).meta({ description: 'Another Microsoft account than before is welcome' }),
  })
  .prefault({});
const begunView = z.object({ connectionId: z.uuid(), authorizationUrl: z.url() });

@ApiTags('consent')
@Controller()
export class ConsentController {
  constructor(
    private readonly begins: BeginConsent,
    private readonly finishes: FinishConsent,
    private readonly cookie: ConsentCookie,
    private readonly app: AppOrigin,
  ) {}

  @Post('connections/dynamics')
  @Roles('user')
  @Problems('too_many_attempts')
  @ApiOperation({ summary: 'Begins to connect; the cookie of the answer ties it to this browser' })
  @ApiCreatedResponse({ standardSchema: begunView })
  async beginConnection(
    @CurrentCaller() caller: Caller,
    @Body({ schema: beginBody }) body: z.infer<typeof beginBody>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<z.infer<typeof begunView>> {
    const returnTo = pathOnApp(body.returnTo, this.app.origin);
    if (returnTo === undefined) {
      const message = "Must be a path on the app's origin, such as /integrations";
      throw new Problem('invalid_body', { errors: [{ pointer: '/returnTo', message }] });
    }
    const secret = this.cookie.read(request.headers.cookie);
    const begun = await this.begins.begin(caller, { returnTo, switchAccount: body.switchAccount, secret });
    void reply
      .header('set-cookie', this.cookie.write(begun.secret))
      .header('location', '/auth/v1/connections/dynamics');
    return { connectionId: begun.connectionId, authorizationUrl: begun.authorizationUrl };
  }

  @Get('callback')
  @Public()
  @ApiOperation({ summary: 'Where Microsoft sends the browser back to' })
  @ApiResponse({ status: 303, description: 'To `returnTo`, with `?connection=` and how it ended' })
  async finishConnection(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const secret = this.cookie.read(request.headers.cookie);
    const query = request.url.split('?', 2)[1] ?? '';
    const { outcome, returnTo } = await this.finishes.finish(secret, new URLSearchParams(query));
    await reply
      .code(303)
      .header('location', returnAddress(this.app.origin, returnTo, outcome))
      .send();
  }
}
