import { applyDecorators, Param, SetMetadata } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import { z } from 'zod';
import { type Role } from './host-token.js';

export const PUBLIC = 'http:public';
export const ROLES = 'http:roles';

/** A route that needs no token. */
export const Public = () => applyDecorators(SetMetadata(PUBLIC, true), ApiExtension('x-public', true));

/** Who may call. A route or its controller has to name roles or be public, or the application doesn't start. */
export const Roles = (...roles: Role[]) => applyDecorators(SetMetadata(ROLES, roles), ApiExtension('x-roles', roles));

/** The codes of its own that a route can answer, for the OpenAPI document; those that follow from its form are added there. */
export const Problems = (...codes: string[]) => ApiExtension('x-problems', codes);

/** A path parameter that is a UUID; anything else answers 404 not_found, like an id that is unknown. */
export function UuidParam(name = 'id'): ParameterDecorator {
  return Param(name, { schema: z.guid() });
}
