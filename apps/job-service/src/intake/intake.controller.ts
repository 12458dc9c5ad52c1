import { idempotencyKey as keyForm, jobRequest, type JobRequest } from '@bliro/contract/crm';
import { CurrentCaller, Problem, Problems, Roles, type Caller } from '@bliro/http';
import { Body, Controller, Headers, HttpCode, Post, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Intake, KeyReused } from './intake.js';

const jobBody = jobRequest.meta({ id: 'JobRequest' });
const accepted = z.object({ jobId: z.uuid() }).meta({ id: 'AcceptedJob' });
const location = { Location: { description: 'Where the job can be read', schema: { type: 'string' } } } as const;

@ApiTags('jobs')
@Controller('jobs')
export class IntakeController {
  constructor(private readonly intake: Intake) {}

  @Post()
  @HttpCode(202)
  @Roles('pipeline')
  @ApiOperation({
    summary: 'Takes a job: what is to be done in the CRM after one meeting, for one user',
    description:
      'It answers when the job is committed, before anything is done. A repeat with the same key and body answers with the same job; the same key with another body is refused.',
  })
  @Problems('idempotency_key_required', 'idempotency_key_reused')
  @ApiHeader({ name: 'Idempotency-Key', required: true, description: '1 to 200 characters; the same for a repeat' })
  @ApiResponse({ status: 202, description: 'The job is committed', standardSchema: accepted, headers: location })
  async create(
    @CurrentCaller() caller: Caller,
    @Headers('idempotency-key') key: string | undefined,
    @Body({ schema: jobBody }) job: JobRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<{ jobId: string }> {
    const idempotencyKey = keyForm.safeParse(key);
    if (!idempotencyKey.success) throw new Problem('idempotency_key_required');
    const offer = { organization: caller.organization, idempotencyKey: idempotencyKey.data, job };
    const { jobId } = await this.intake.accept(offer).catch(refusal);
    void reply.header('location', `/jobs/v1/jobs/${jobId}`);
    return { jobId };
  }
}

function refusal(error: unknown): never {
  throw error instanceof KeyReused ? new Problem('idempotency_key_reused') : error;
}
