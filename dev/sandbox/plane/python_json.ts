/**
 * JSON as Python prints it. Plane signs and posts `json.dumps(payload)`: `, ` and `: ` between items, everything
 * beyond ASCII as `\uXXXX`, floats with a point. Its REST answers are the same text without the blanks and the escapes.
 */

/** A number that Python holds as a float: `65535.0`, also when it has no fraction. */
export class Float {
  constructor(readonly value: number) {}
}

export type Json = null | boolean | number | string | Float | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/** What `repr(float)` gives: the shortest digits, an exponent below 1e-4 and from 1e16 on, two digits in it. */
export function pythonFloat(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
  if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  const [mantissa = "", exponentText = "0"] = value.toExponential().split("e");
  const exponent = Number(exponentText);
  if (exponent >= -4 && exponent < 16) {
    const plain = exponent < 0
      ? value.toFixed(-exponent + mantissa.replace(/[-.]/g, "").length - 1)
      : String(value);
    return plain.includes(".") ? plain : `${plain}.0`;
  }
  const sign = exponent < 0 ? "-" : "+";
  return `${mantissa}e${sign}${String(Math.abs(exponent)).padStart(2, "0")}`;
}

function pythonString(text: string, ascii: boolean): string {
  const quoted = JSON.stringify(text);
  if (!ascii) return quoted;
  return quoted.replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

export interface JsonStyle {
  readonly item: string;
  readonly key: string;
  readonly ascii: boolean;
}

/** `json.dumps(value)`: the bytes of a webhook and of the few answers that do not come from a view. */
export const DUMPS: JsonStyle = { item: ", ", key: ": ", ascii: true };
/** What the REST views render. */
export const RENDERED: JsonStyle = { item: ",", key: ":", ascii: false };

export function dumpJson(value: Json, style: JsonStyle = DUMPS): string {
  if (value === null) return "null";
  if (value instanceof Float) return pythonFloat(value.value);
  if (typeof value === "number") {
    return Number.isInteger(value) ? BigInt(value).toString() : pythonFloat(value);
  }
  if (typeof value === "boolean") return String(value);
  if (typeof value === "string") return pythonString(value, style.ascii);
  if (isJsonArray(value)) return `[${value.map((item) => dumpJson(item, style)).join(style.item)}]`;
  const members = Object.entries(value).map(([key, member]) =>
    pythonString(key, style.ascii) + style.key + dumpJson(member, style)
  );
  return `{${members.join(style.item)}}`;
}

export function isJsonArray(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Float);
}

/** Python's `==` between two JSON values: 1 equals 1.0, lists are equal in the same order only. */
export function equalJson(left: Json | undefined, right: Json | undefined): boolean {
  return comparable(left) === comparable(right);
}

function comparable(value: Json | undefined): string {
  if (value === undefined) return "undefined";
  if (value instanceof Float) return String(value.value);
  if (typeof value === "number") return String(value);
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (isJsonArray(value)) return `[${value.map(comparable).join()}]`;
  const members = Object.entries(value).sort(([left], [right]) => left < right ? -1 : 1);
  return `{${members.map(([key, member]) => JSON.stringify(key) + comparable(member)).join()}}`;
}
