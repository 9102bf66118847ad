/** Checks JSON against a schema, in the small part of JSON Schema (2020-12) that our own schemas use. */

export interface JsonSchema {
  readonly $schema?: string;
  /** `#/$defs/name`, nothing else. */
  readonly $ref?: string;
  readonly $defs?: { readonly [name: string]: JsonSchema };
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

export type JsonType = 'null' | 'boolean' | 'integer' | 'number' | 'string' | 'array' | 'object';

/** The first fault, as `path is …`, or null when there is none. */
export function checkJson(schema: JsonSchema, value: unknown): string | null {
  return check(schema, value, '', schema.$defs ?? {});
}

type Definitions = { readonly [name: string]: JsonSchema };

function check(schema: JsonSchema, value: unknown, path: string, defs: Definitions): string | null {
  const at = path === '' ? 'the whole' : path;
  if (schema.$ref) return check(defs[schema.$ref.slice('#/$defs/'.length)], value, path, defs);
  if (schema.anyOf) return checkAny(schema.anyOf, value, path, defs);
  if (schema.const !== undefined && value !== schema.const) return `${at} is ${show(value)}, not ${show(schema.const)}`;
  if (schema.enum && !schema.enum.includes(value as string)) return `${at} is ${show(value)}, not one of ${schema.enum.join(', ')}`;
  const types = typeof schema.type === 'string' ? [schema.type] : schema.type;
  if (types && !types.some((type) => isOf(type, value))) return `${at} is ${show(value)}, not of type ${types.join(' or ')}`;
  if (schema.minimum !== undefined && typeof value === 'number' && value < schema.minimum) return `${at} is ${value}, below ${schema.minimum}`;
  if (Array.isArray(value)) return schema.items ? checkItems(schema.items, value, path, defs) : null;
  return isOf('object', value) ? checkObject(schema, value as { [name: string]: unknown }, path, defs) : null;
}

/** The fault of the last alternative: the one with the most fields. */
function checkAny(schemas: readonly JsonSchema[], value: unknown, path: string, defs: Definitions): string | null {
  let fault: string | null = null;
  for (const schema of schemas) {
    fault = check(schema, value, path, defs);
    if (fault === null) return null;
  }
  return fault;
}

function checkItems(schema: JsonSchema, values: readonly unknown[], path: string, defs: Definitions): string | null {
  for (const [index, value] of values.entries()) {
    const fault = check(schema, value, `${path}[${index}]`, defs);
    if (fault !== null) return fault;
  }
  return null;
}

function checkObject(schema: JsonSchema, value: { [name: string]: unknown }, path: string, defs: Definitions): string | null {
  const child = (name: string) => (path === '' ? name : `${path}.${name}`);
  for (const name of schema.required ?? []) {
    if (!Object.hasOwn(value, name)) return `${child(name)} is missing`;
  }
  for (const [name, one] of Object.entries(value)) {
    const known = schema.properties && Object.hasOwn(schema.properties, name) ? schema.properties[name] : schema.additionalProperties;
    if (known === false) return `${child(name)} is unknown`;
    const fault = known ? check(known, one, child(name), defs) : null;
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
