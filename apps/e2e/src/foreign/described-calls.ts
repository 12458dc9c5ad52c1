interface Schema {
  $ref?: string;
  type?: string | string[];
  format?: string;
  enum?: unknown[];
  const?: unknown;
  properties?: Record<string, Schema>;
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
}
interface Parameter {
  name: string;
  in: string;
}
interface Operation {
  parameters?: Parameter[];
  requestBody?: { content?: Record<string, { schema?: Schema }> };
}
export interface OpenApi {
  paths: Record<string, Record<string, Operation>>;
  components?: { schemas?: Record<string, Schema> };
}

export interface DescribedCall {
  /** Method and path as the document has them. */
  route: string;
  method: string;
  path: string;
  body?: unknown;
}

/** Every call of a service's OpenAPI document, with `id` wherever it takes one: in the path, the query and the body. */
export function callsWith(document: OpenApi, id: string): DescribedCall[] {
  return Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => {
      const schema = operation.requestBody?.content?.['application/json']?.schema;
      return {
        route: `${method.toUpperCase()} ${path}`,
        method: method.toUpperCase(),
        path: path.replaceAll(/\{\w+\}/g, encodeURIComponent(id)) + query(operation.parameters ?? [], id),
        ...(schema === undefined ? {} : { body: valueOf(schema, id, document) }),
      };
    }),
  );
}

/** Of what names somebody or something; a page's size or form is left as it is by default. */
function query(parameters: Parameter[], id: string): string {
  const named = parameters.filter((one) => one.in === 'query' && /(id|user|tool|meeting)$/i.test(one.name));
  const search = new URLSearchParams(Object.fromEntries(named.map(({ name }) => [name, id]))).toString();
  return search === '' ? '' : `?${search}`;
}

function valueOf(schema: Schema, id: string, document: OpenApi): unknown {
  if (schema.$ref !== undefined) {
    const named = document.components?.schemas?.[schema.$ref.split('/').at(-1) ?? ''];
    return named === undefined ? id : valueOf(named, id, document);
  }
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return schema.enum[0];
  const [form] = [...(schema.oneOf ?? []), ...(schema.anyOf ?? [])];
  if (form !== undefined) return valueOf(form, id, document);
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (type === 'array') return [valueOf(schema.items ?? {}, id, document)];
  if (type === 'boolean') return true;
  if (type === 'integer' || type === 'number') return 1;
  if (type !== 'object') return id;
  const properties = Object.entries(schema.properties ?? {});
  return Object.fromEntries(properties.map(([name, property]) => [name, valueOf(property, id, document)]));
}
