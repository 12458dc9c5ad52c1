import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiResponse, ApiTags } from '@nestjs/swagger';
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
  @ApiResponse({ status: 200, description: 'Changes and decisions, the latest first', standardSchema: auditList })
  audit(@CurrentCaller() caller: Caller, @Query({ schema: auditQuery }) query: AuditQuery): Promise<AuditList> {
    return this.auditLog.list(caller, query);
  }

  @Post('simulations')
  @HttpCode(200)
  @Roles('admin')
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
  @ApiResponse({ status: 200, description: 'What might be looked at, with the numbers', standardSchema: adviceView })
  advice(@CurrentCaller() caller: Caller): Promise<AdviceView> {
    return this.advisor.of(caller);
  }
}
