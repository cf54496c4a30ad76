/** As much of JSON Schema as the settings in package.json use. */
export interface JsonSchema {
  readonly type?: 'string' | 'object' | 'array';
  readonly enum?: readonly string[];
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly patternProperties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: false | JsonSchema;
  readonly required?: readonly string[];
  readonly oneOf?: readonly JsonSchema[];
}

const known = 'type enum items properties patternProperties additionalProperties required oneOf'.split(' ');
const words = 'description markdownDescription default scope'.split(' ');

/** Whether VS Code would leave the value without a mark. A keyword that is not known here is an error: it would be passed over. */
export function fitsSchema(value: unknown, schema: JsonSchema): boolean {
  const odd = Object.keys(schema).find((keyword) => ![...known, ...words].includes(keyword));
  if (odd !== undefined) throw new Error(`fitsSchema does not know ${odd}`);
  if (schema.type !== undefined && schema.type !== typeOf(value)) return false;
  if (schema.enum && !(schema.enum as readonly unknown[]).includes(value)) return false;
  if (schema.oneOf && schema.oneOf.filter((each) => fitsSchema(value, each)).length !== 1) return false;
  if (Array.isArray(value)) return value.every((each) => fitsSchema(each, schema.items ?? {}));
  return typeof value !== 'object' || value === null || fieldsFit(value, schema);
}

function fieldsFit(value: object, schema: JsonSchema): boolean {
  const { properties = {}, patternProperties = {}, additionalProperties = {}, required = [] } = schema;
  if (required.some((name) => !(name in value))) return false;
  return Object.entries(value).every(([name, field]) => {
    const own = properties[name];
    const patterns = Object.entries(patternProperties).filter(([pattern]) => new RegExp(pattern).test(name));
    const schemas = [...(own ? [own] : []), ...patterns.map(([, each]) => each)];
    if (schemas.length > 0) return schemas.every((each) => fitsSchema(field, each));
    return additionalProperties !== false && fitsSchema(field, additionalProperties);
  });
}

function typeOf(value: unknown): string {
  return Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value;
}
