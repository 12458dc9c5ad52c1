import { Param } from '@nestjs/common';
import { z } from 'zod';

/** A path parameter that is a UUID; anything else answers 404 not_found, like an id that is unknown. */
export function UuidParam(name = 'id'): ParameterDecorator {
  return Param(name, { schema: z.guid() });
}
