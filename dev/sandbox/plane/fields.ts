/** Reading request bodies the way Django REST framework does, with its messages. */
import { ApiError } from "./answers.ts";
import { isJsonArray, type Json, type JsonObject } from "./python_json.ts";

/** Reads one value or throws a `FieldError`. */
export type Reader<Value> = (value: Json) => Value;

export class FieldError extends Error {
  constructor(readonly detail: Json) {
    super("invalid field");
  }
}

const fail = (message: string): never => {
  throw new FieldError([message]);
};

export function text(options: { max?: number; blank?: boolean; keepSpace?: boolean } = {}): Reader<string> {
  return (value) => {
    if (value === null) return fail("This field may not be null.");
    if (typeof value !== "string" && typeof value !== "number") return fail("Not a valid string.");
    const read = options.keepSpace ? String(value) : String(value).trim();
    if (read === "" && !options.blank) return fail("This field may not be blank.");
    if (options.max !== undefined && [...read].length > options.max) {
      return fail(`Ensure this field has no more than ${options.max} characters.`);
    }
    return read;
  };
}

export function orNull<Value>(reader: Reader<Value>): Reader<Value | null> {
  return (value) => value === null ? null : reader(value);
}

export function choice(choices: readonly string[]): Reader<string> {
  return (value) => {
    if (value === null) return fail("This field may not be null.");
    return typeof value === "string" && choices.includes(value)
      ? value
      : fail(`"${String(value)}" is not a valid choice.`);
  };
}

export const boolean: Reader<boolean> = (value) =>
  value === true || value === "true"
    ? true
    : value === false || value === "false"
    ? false
    : fail("Must be a valid boolean.");

export const number: Reader<number> = (value) => {
  const read = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof read === "number" && !Number.isNaN(read) ? read : fail("A valid number is required.");
};

export const integer: Reader<number> = (value) => {
  const read = number(value);
  return Number.isInteger(read) ? read : fail("A valid integer is required.");
};

export const date: Reader<string> = (value) => {
  const wellFormed = typeof value === "string" && /^\d{4}-\d\d-\d\d$/.test(value) &&
    !Number.isNaN(Date.parse(value));
  return wellFormed ? value : fail("Date has wrong format. Use one of these formats instead: YYYY-MM-DD.");
};

const UUID = /^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i;

/** The id of a record that exists somewhere in the workspace. */
export function reference(known: { has(id: string): boolean }): Reader<string> {
  return (value) => {
    if (typeof value !== "string" || !UUID.test(value)) {
      return fail(`“${String(value)}” is not a valid UUID.`);
    }
    return known.has(value) ? value : fail(`Invalid pk "${value}" - object does not exist.`);
  };
}

export function listOf<Value>(reader: Reader<Value>): Reader<Value[]> {
  return (value) => {
    if (!isJsonArray(value)) return fail(`Expected a list of items but got type "${typeof value}".`);
    const errors: Record<string, Json> = {};
    const read: Value[] = [];
    value.forEach((item, index) => {
      try {
        read.push(reader(item));
      } catch (thrown) {
        if (!(thrown instanceof FieldError)) throw thrown;
        errors[String(index)] = thrown.detail;
      }
    });
    if (Object.keys(errors).length > 0) throw new FieldError(errors);
    return read;
  };
}

type Readers = Record<string, Reader<unknown>>;
type Read<Given extends Readers> = { [Name in keyof Given]?: ReturnType<Given[Name]> };

/** The known fields of a body; unknown ones are ignored. Throws 400 with every wrong field at once. */
export function readFields<Given extends Readers>(
  body: JsonObject,
  readers: Given,
  required: readonly string[],
): Read<Given> {
  const errors: Record<string, Json> = {};
  const values: Read<Given> = {};
  for (const name of Object.keys(readers) as (keyof Given & string)[]) {
    const given = body[name];
    const reader = readers[name] as Given[typeof name] | undefined;
    if (given === undefined || reader === undefined) {
      if (required.includes(name)) errors[name] = ["This field is required."];
      continue;
    }
    try {
      values[name] = reader(given) as ReturnType<Given[typeof name]>;
    } catch (thrown) {
      if (!(thrown instanceof FieldError)) throw thrown;
      errors[name] = thrown.detail;
    }
  }
  if (Object.keys(errors).length > 0) throw new ApiError(400, errors);
  return values;
}
