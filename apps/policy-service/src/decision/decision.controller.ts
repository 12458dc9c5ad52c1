import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { CurrentCaller, Roles, type Caller } from '@bliro/http';
import { answers, Inquiries, inquiry, type Answers, type Inquiry } from './inquiries.js';

@ApiTags('decisions')
@Controller('decisions')
export class DecisionController {
  constructor(private readonly inquiries: Inquiries) {}

  @Post()
  @HttpCode(200)
  @Roles('user', 'admin')
  @ApiOperation({
    summary: "What would be decided now, were the caller's job to ask for these actions",
    description:
      'Nothing is done, and nothing can be done with the answer. An `input` has the form that it has in a job.',
  })
  @ApiResponse({ status: 200, description: 'What would be decided now', standardSchema: answers })
  ask(@CurrentCaller() caller: Caller, @Body({ schema: inquiry }) body: Inquiry): Promise<Answers> {
    return this.inquiries.ask(caller, body);
  }
}
