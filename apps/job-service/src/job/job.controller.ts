import { CurrentCaller, Problems, Roles, UuidParam, type Caller } from '@bliro/http';
import { Controller, Delete, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { jobQuery, type JobQuery } from './job-query.js';
import { jobListSchema, jobSchema, type JobBody, type JobList } from './job.schema.js';
import { Jobs } from './jobs.js';

const location = { Location: { description: 'Where the job can be read', schema: { type: 'string' } } } as const;

@ApiTags('jobs')
@Controller('jobs')
export class JobController {
  constructor(private readonly jobs: Jobs) {}

  @Get()
  @Roles('pipeline', 'user', 'admin')
  @ApiOperation({
    summary: 'The jobs that the caller may see',
    description:
      'The pipeline and administrators see those of the organization, a user their own. What an action has read is not told to administrators.',
  })
  @ApiResponse({ status: 200, description: 'Jobs, newest first', standardSchema: jobListSchema })
  list(@CurrentCaller() caller: Caller, @Query({ schema: jobQuery }) query: JobQuery): Promise<JobList> {
    return this.jobs.list(caller, query);
  }

  @Get(':id')
  @Roles('pipeline', 'user', 'admin')
  @ApiOperation({ summary: 'A job with the state of each action' })
  @ApiResponse({ status: 200, description: 'The job', standardSchema: jobSchema })
  get(@CurrentCaller() caller: Caller, @UuidParam() id: string): Promise<JobBody> {
    return this.jobs.get(caller, id);
  }

  @Delete(':id')
  @HttpCode(204)
  @Roles('pipeline', 'user')
  @ApiOperation({
    summary: 'Cancels what of the job has not been sent yet',
    description: 'What was sent to Dynamics already stays done.',
  })
  @ApiResponse({ status: 204, description: 'What had not been sent is cancelled' })
  cancel(@CurrentCaller() caller: Caller, @UuidParam() id: string): Promise<void> {
    return this.jobs.cancel(caller, id);
  }

  @Post(':id/actions/:actionId/retry')
  @HttpCode(202)
  @Roles('pipeline', 'user')
  @ApiOperation({
    summary: 'Lets an action that did not succeed go again',
    description: 'Nothing changes where the action goes on by itself.',
  })
  @Problems('action_succeeded', 'action_held_back')
  @ApiResponse({ status: 202, description: 'It goes again, with what was cancelled because of it', headers: location })
  async retry(
    @CurrentCaller() caller: Caller,
    @UuidParam() id: string,
    @Param('actionId') actionId: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    await this.jobs.retry(caller, id, actionId);
    void reply.header('location', `/jobs/v1/jobs/${id}`);
  }
}
