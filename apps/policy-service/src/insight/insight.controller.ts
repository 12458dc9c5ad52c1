import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { CurrentCaller, Roles, type Caller } from '@bliro/http';
import { Advice, adviceView, type AdviceView } from './advice.js';
import { Audit, auditList, auditQuery, type AuditList, type AuditQuery } from './audit.js';
import {
  simulated,
  simulation,
  simulationQuery,
  Simulations,
  type Simulated,
  type Simulation,
  type SimulationQuery,
} from './simulations.js';

@ApiTags('insight')
@Controller()
export class InsightController {
  constructor(
    private readonly auditLog: Audit,
    private readonly simulations: Simulations,
    private readonly advisor: Advice,
  ) {}

  @Get('audit')
  @Roles('admin')
  @ApiOperation({ summary: 'What was changed and decided, by whom and why' })
  @ApiResponse({ status: 200, description: 'Changes and decisions, the latest first', standardSchema: auditList })
  audit(@CurrentCaller() caller: Caller, @Query({ schema: auditQuery }) query: AuditQuery): Promise<AuditList> {
    return this.auditLog.list(caller, query);
  }

  @Post('simulations')
  @HttpCode(200)
  @Roles('admin')
  @ApiOperation({
    summary: 'Which past decisions would go another way under other rules',
    description: 'Changes nothing. It looks at what was really decided since the given time.',
  })
  @ApiResponse({ status: 200, description: 'What would have gone another way', standardSchema: simulated })
  simulate(
    @CurrentCaller() caller: Caller,
    @Query({ schema: simulationQuery }) query: SimulationQuery,
    @Body({ schema: simulation }) body: Simulation,
  ): Promise<Simulated> {
    return this.simulations.run(caller, body, query);
  }

  @Get('advice')
  @Roles('admin')
  @ApiOperation({ summary: 'What might be looked at: tools and fields that nobody uses, tools that are often refused' })
  @ApiResponse({ status: 200, description: 'What might be looked at, with the numbers', standardSchema: adviceView })
  advice(@CurrentCaller() caller: Caller): Promise<AdviceView> {
    return this.advisor.of(caller);
  }
}
