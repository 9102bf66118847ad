/** Checks JSON against a schema, in the small part of JSON Schema (2020-12) that our own schemas use. */

export interface JsonSchema {
  readonly $schema?: string;
  readonly $id?: string;
  readonly title?: string;
  readonly description?: string;
  readonly type?: JsonType | readonly JsonType[];
  readonly const?: string | number;
  readonly enum?: readonly (string | number)[];
  readonly minimum?: number;
  readonly properties?: { readonly [name: string]: JsonSchema };
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema | false;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
}

type JsonType = 'null' | 'boolean' | 'integer' | 'number' | 'string' | 'array' | 'object';

/** The first fault, as `path: what is wrong`, or null when there is none. */
export function checkJson(schema: JsonSchema, value: unknown, path = ''): string | null {
  const at = path === '' ? 'the whole' : path;
  if (schema.anyOf) return checkAny(schema.anyOf, value, path);
  if (schema.const !== undefined && value !== schema.const) return `${at} is ${show(value)}, not ${show(schema.const)}`;
  if (schema.enum && !schema.enum.includes(value as string)) return `${at} is ${show(value)}, not one of ${schema.enum.join(', ')}`;
  const types = typeof schema.type === 'string' ? [schema.type] : schema.type;
  if (types && !types.some((type) => isOf(type, value))) return `${at} is ${show(value)}, not of type ${types.join(' or ')}`;
  if (schema.minimum !== undefined && typeof value === 'number' && value < schema.minimum) return `${at} is ${value}, below ${schema.minimum}`;
  if (Array.isArray(value)) return schema.items ? checkItems(schema.items, value, path) : null;
  return isOf('object', value) ? checkObject(schema, value as { [name: string]: unknown }, path) : null;
}

/** The fault of the last alternative: an object's, where null is the first. */
function checkAny(schemas: readonly JsonSchema[], value: unknown, path: string): string | null {
  let fault: string | null = null;
  for (const schema of schemas) {
    fault = checkJson(schema, value, path);
    if (fault === null) return null;
  }
  return fault;
}

function checkItems(schema: JsonSchema, values: readonly unknown[], path: string): string | null {
  for (const [index, value] of values.entries()) {
    const fault = checkJson(schema, value, `${path}[${index}]`);
    if (fault !== null) return fault;
  }
  return null;
}

function checkObject(schema: JsonSchema, value: { [name: string]: unknown }, path: string): string | null {
  const child = (name: string) => (path === '' ? name : `${path}.${name}`);
  for (const name of schema.required ?? []) {
    if (!Object.hasOwn(value, name)) return `${child(name)} is missing`;
  }
  for (const [name, one] of Object.entries(value)) {
    const known = schema.properties && Object.hasOwn(schema.properties, name) ? schema.properties[name] : schema.additionalProperties;
    if (known === false) return `${child(name)} is unknown`;
    const fault = known ? checkJson(known, one, child(name)) : null;
    if (fault !== null) return fault;
  }
  return null;
}

function isOf(type: JsonType, value: unknown): boolean {
  switch (type) {
    case 'null':
      return value === null;
    case 'integer':
      return Number.isInteger(value);
    case 'number':
      return Number.isFinite(value);
    case 'array':
      return Array.isArray(value);
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    default:
      return typeof value === type;
  }
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
