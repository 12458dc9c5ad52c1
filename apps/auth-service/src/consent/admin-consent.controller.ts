import { type Caller, CurrentCaller, Public, Roles } from '@bliro/http';
import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Presenter } from '../connection/presenter.js';
import { AdminConsent } from './admin-consent.js';
import { adminConsentPage, endOf } from './admin-consent-page.js';

const linkView = z
  .object({ url: z.url(), message: z.string().meta({ description: 'To send to the administrator, link included' }) })
  .meta({ id: 'AdminConsent' });

@ApiTags('consent')
@Controller()
export class AdminConsentController {
  constructor(
    private readonly adminConsent: AdminConsent,
    private readonly presenter: Presenter,
  ) {}

  @Get('organization/dynamics/admin-consent')
  @Roles('admin', 'user')
  @ApiOperation({ summary: 'A link by which an administrator of Entra approves us for a tenant, and a text to send' })
  @ApiOkResponse({ standardSchema: linkView })
  getAdminConsent(@CurrentCaller() caller: Caller): Promise<z.infer<typeof linkView>> {
    return this.adminConsent.link(caller);
  }

  @Get('admin-consent/callback')
  @Public()
  @ApiOperation({ summary: 'Where Microsoft sends an administrator back to; changes nothing by itself' })
  @ApiResponse({ status: 200, description: 'A page that says what happened' })
  async showAdminConsent(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const query = new URLSearchParams(request.url.split('?', 2)[1] ?? '');
    await reply
      .type('text/html; charset=utf-8')
      .header(
        'content-security-policy',
        "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
      )
      .header('referrer-policy', 'no-referrer')
      .header('cache-control', 'no-store')
      .send(adminConsentPage(endOf(query), this.presenter.productName));
  }
}
