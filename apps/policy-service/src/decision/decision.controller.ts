import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiResponse, ApiTags } from '@nestjs/swagger';
import { CurrentCaller, Roles, type Caller } from '@bliro/http';
import { answers, Inquiries, inquiry, type Answers, type Inquiry } from './inquiries.js';

@ApiTags('decisions')
@Controller('decisions')
export class DecisionController {
  constructor(private readonly inquiries: Inquiries) {}

  @Post()
  @HttpCode(200)
  @Roles('user', 'admin')
  @ApiResponse({ status: 200, description: 'What would be decided now', standardSchema: answers })
  ask(@CurrentCaller() caller: Caller, @Body({ schema: inquiry }) body: Inquiry): Promise<Answers> {
    return this.inquiries.ask(caller, body);
  }
}
