/** Odoo's search domains: parsed once into a test for rows. */
import type { Row, Stored } from "./database.ts";
import { typeError, valueError } from "./exceptions.ts";
import { datetimeMicros } from "./moments.ts";
import type { Field, Model } from "./schema.ts";
import { modelOf, type Session } from "./session.ts";
import { storedValue } from "./computed.ts";

type Test = (row: Row) => boolean;

const OPERATORS = new Set(
  [
    "=",
    "!=",
    "in",
    "not in",
    "like",
    "not like",
    "ilike",
    "not ilike",
    "=like",
    "=ilike",
    ">",
    ">=",
    "<",
    "<=",
  ],
);

/** Throws the ValueErrors and TypeErrors (HTTP 500) Odoo throws for what is no domain. */
export function parseDomain(session: Session, model: Model, domain: unknown): Test {
  if (!Array.isArray(domain)) {
    throw typeError(`Domain() invalid argument type for domain: '${String(domain)}'`);
  }
  const stack: Test[] = [];
  for (const item of [...domain].reverse()) {
    if (item === "!") {
      const inner = stack.pop();
      if (inner === undefined) throw malformed(domain);
      stack.push((row) => !inner(row));
    } else if (item === "&" || item === "|") {
      const [left, right] = [stack.pop(), stack.pop()];
      if (left === undefined || right === undefined) throw malformed(domain);
      stack.push(item === "&" ? (row) => left(row) && right(row) : (row) => left(row) || right(row));
    } else stack.push(condition(session, model, item));
  }
  return (row) => stack.every((test) => test(row));
}

/** True when the domain itself says something about `active`, which switches the usual filter off. */
export function mentionsActive(domain: unknown): boolean {
  return Array.isArray(domain) && domain.some((item) => Array.isArray(item) && item[0] === "active");
}

function malformed(domain: unknown): Error {
  return valueError(`Domain() malformed domain ${JSON.stringify(domain)}`);
}

function condition(session: Session, model: Model, item: unknown): Test {
  if (!Array.isArray(item) || item.length !== 3) {
    throw valueError(`Domain() invalid item in domain: ${JSON.stringify(item)}`);
  }
  const [path, operator, value] = item;
  if (typeof path === "number" && operator === "=") return () => path === value;
  const shown = `(${
    [path, operator, value].map((part) => JSON.stringify(part)?.replaceAll('"', "'")).join(", ")
  })`;
  if (typeof operator !== "string" || !OPERATORS.has(operator)) {
    throw valueError(`Invalid operator in condition ${shown}`);
  }
  const [name = "", ...rest] = String(path).split(".");
  const field = model.fields[name];
  if (field === undefined) throw valueError(`Invalid field ${model.name}.${name} in condition ${shown}`);
  if (rest.length > 0 || isNameSearch(field, value)) {
    const target = modelOf(session, field.relation ?? "");
    const negative = operator === "!=" || operator.startsWith("not ");
    const positive = negative ? (operator === "!=" ? "=" : operator.slice(4)) : operator;
    const inner = condition(session, target, [rest.length > 0 ? rest.join(".") : "name", positive, value]);
    return (row) => {
      const ids = storedValue(session, model, row, name);
      const list = Array.isArray(ids) ? ids : typeof ids === "number" ? [ids] : [];
      return list.some((id) => {
        const related = session.database.row(target.name, id);
        return related !== undefined && inner(related);
      }) !== negative;
    };
  }
  const matches = matcher(session, field, operator, value);
  return (row) => matches(storedValue(session, model, row, name));
}

/** A relation compared with text is compared by the related record's name. */
function isNameSearch(field: Field, value: unknown): boolean {
  return field.relation !== undefined && typeof value === "string";
}

function matcher(
  session: Session,
  field: Field,
  operator: string,
  value: unknown,
): (stored: Stored) => boolean {
  switch (operator) {
    case "=":
    case "in":
      return among(session, field, value);
    case "!=":
    case "not in": {
      const inside = among(session, field, value);
      return (stored) => !inside(stored);
    }
    case ">":
    case ">=":
    case "<":
    case "<=":
      return comparison(session, field, operator, value);
    default:
      return pattern(operator, value);
  }
}

function among(session: Session, field: Field, value: unknown): (stored: Stored) => boolean {
  const wanted = Array.isArray(value) ? value : [value];
  const empty = wanted.some((entry) => entry === false || entry === null);
  return (stored) => {
    if (Array.isArray(stored)) return stored.length === 0 ? empty : stored.some((id) => wanted.includes(id));
    if (stored === false) return empty || (field.kind === "boolean" && wanted.includes(false));
    if (field.kind !== "datetime") return wanted.includes(stored);
    return wanted.some((entry) => typeof entry === "string" && sameMoment(session, Number(stored), entry));
  };
}

/** 19 compares whole seconds; before, a stamp's microseconds counted. */
function sameMoment(session: Session, stored: number, text: string): boolean {
  const wanted = momentOf(text);
  return session.version >= 19 ? seconds(stored) === seconds(wanted) : stored === wanted;
}

function comparison(
  session: Session,
  field: Field,
  operator: string,
  value: unknown,
): (stored: Stored) => boolean {
  const moment = field.kind === "datetime";
  const wanted = moment ? momentOf(String(value)) : value;
  return (stored) => {
    if (stored === false || typeof stored === "object" || typeof wanted === "boolean") return false;
    let [left, right]: [unknown, unknown] = [stored, wanted];
    if (moment && session.version >= 19) [left, right] = [seconds(Number(stored)), seconds(Number(wanted))];
    const order = typeof left === "string"
      ? (left < String(right) ? -1 : Number(left > String(right)))
      : Number(left) -
        Number(right);
    if (operator === ">") return order > 0;
    if (operator === ">=") return order >= 0;
    return operator === "<" ? order < 0 : order <= 0;
  };
}

/** A `T` and fractions are understood here, other than in a write. */
function momentOf(text: string): number {
  const [whole = "", fraction = ""] = text.replace("T", " ").split(".");
  const micros = datetimeMicros(whole);
  if (micros === undefined) throw valueError(`Invalid isoformat string: '${text}'`);
  return micros + Number(fraction.padEnd(6, "0").slice(0, 6));
}

function seconds(micros: number): number {
  return Math.floor(micros / 1_000_000);
}

function pattern(operator: string, value: unknown): (stored: Stored) => boolean {
  const anchored = operator.startsWith("=");
  // As in SQL: % and _ stand for anything, and a backslash takes that away from the next character.
  const source = String(value).replace(/\\(.)|[%_]|[.*+?^${}()|[\]]/gsu, (part, escaped?: string) => {
    if (escaped !== undefined) return literal(escaped);
    return part === "%" ? ".*" : part === "_" ? "." : literal(part);
  });
  const flags = operator.includes("ilike") ? "isu" : "su";
  const expression = new RegExp(anchored ? `^${source}$` : source, flags);
  const negative = operator.startsWith("not ");
  return (stored) => (typeof stored === "string" && expression.test(stored)) !== negative;
}

/** A character as a regular expression that matches it and nothing else. */
function literal(character: string): string {
  return character.replace(/[.*+?^${}()|[\]\\]/, "\\$&");
}
