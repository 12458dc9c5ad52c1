import { describe, expect, it } from '@jest/globals';
import { loadSync, type AnyDefinition, type MessageTypeDefinition, type ServiceDefinition } from '@grpc/proto-loader';
import { z } from 'zod';
import {
  accessTokensReply,
  accessTokensRequest,
  authProto,
  eventsSinceReply,
  eventsSinceRequest,
  metadataTokenReply,
  metadataTokenRequest,
} from './auth/index.js';
import { callers } from './callers.js';
import { crmProto } from './crm/index.js';
import { decideReply, decideRequest, policyProto } from './policy/index.js';

const protos = [authProto, policyProto, crmProto];
const keys = z.object({ jwksJson: z.string() });
const schemas: Record<string, [request: z.ZodType, reply: z.ZodType]> = {
  'auth.Auth/AccessTokens': [accessTokensRequest, accessTokensReply],
  'auth.Auth/MetadataToken': [metadataTokenRequest, metadataTokenReply],
  'auth.Auth/EventsSince': [eventsSinceRequest, eventsSinceReply],
  'policy.Policy/Decide': [decideRequest, decideReply],
  'policy.Policy/Keys': [z.object({}), keys],
  'policy.Policy/EventsSince': [eventsSinceRequest, eventsSinceReply],
  'crm.Crm/Keys': [z.object({}), keys],
};

interface Field {
  name: string;
  typeName: string;
}
interface Descriptor {
  name: string;
  field: Field[];
  nestedType: Descriptor[];
}

function methods() {
  return protos.flatMap(({ path, package: owner, service }) => {
    const definition = loadSync(path)[`${owner}.${service}`] as ServiceDefinition;
    return Object.values(definition).map((method) => ({ ...method, key: method.path.slice(1) }));
  });
}

const isMessage = (d: AnyDefinition): d is MessageTypeDefinition<object, object> =>
  d.format === 'Protocol Buffer 3 DescriptorProto';

function messagesOf(path: string): Map<string, Descriptor> {
  const found = Object.values(loadSync(path)).filter(isMessage);
  return new Map(found.map((d) => [(d.type as Descriptor).name, d.type as Descriptor]));
}

function shapeOfMessage(name: string, messages: Map<string, Descriptor>): unknown {
  const fields = messages.get(name)?.field ?? [];
  return Object.fromEntries(
    fields.map((field) => [
      camel(field.name),
      field.typeName ? shapeOfMessage(field.typeName.split('.').at(-1) ?? '', messages) : '',
    ]),
  );
}

function shapeOfSchema(schema: z.ZodType): unknown {
  if (schema instanceof z.ZodOptional) return shapeOfSchema(schema.unwrap() as z.ZodType);
  if (schema instanceof z.ZodArray) return shapeOfSchema(schema.element as z.ZodType);
  if (!(schema instanceof z.ZodObject)) return '';
  return Object.fromEntries(
    Object.entries(schema.shape).map(([key, value]) => [key, shapeOfSchema(value as z.ZodType)]),
  );
}

const camel = (name: string): string => name.replace(/_(\w)/g, (_all, letter: string) => letter.toUpperCase());

describe('the proto files', () => {
  it('have exactly the methods of the table of callers', () => {
    expect(
      methods()
        .map(({ key }) => key)
        .sort(),
    ).toEqual(Object.keys(callers).sort());
  });

  it.each(Object.entries(schemas))('%s has the fields of its schemas', (key, [request, reply]) => {
    const method = methods().find((m) => m.key === key);
    const messages = messagesOf(protos.find((p) => key.startsWith(`${p.package}.`))?.path ?? '');
    const name = (type: { type: object } | undefined): string => (type?.type as Descriptor | undefined)?.name ?? '';
    expect(shapeOfMessage(name(method?.requestType), messages)).toEqual(shapeOfSchema(request));
    expect(shapeOfMessage(name(method?.responseType), messages)).toEqual(shapeOfSchema(reply));
  });
});
