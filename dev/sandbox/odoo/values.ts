/** One value on its way in and out of a record: what Odoo takes for each kind of field, and what it answers. */
import { displayNameOf } from "./computed.ts";
import { type Stored } from "./database.ts";
import { missingError, stillUsed, typeError, valueError } from "./exceptions.ts";
import { sanitizeHtml } from "./html.ts";
import { formatDatetime, parseDate, parseDatetime } from "./moments.ts";
import type { Field, Model } from "./schema.ts";
import { modelOf, type Session } from "./session.ts";
import { inOrder } from "./sorting.ts";

/** The value to store. `current` is what a list of links starts from. */
export function toStored(
  session: Session,
  model: Model,
  name: string,
  field: Field,
  given: unknown,
  current: Stored,
): Stored {
  const empty = given === false || given === null || given === undefined;
  switch (field.kind) {
    case "char":
    case "text":
      return empty ? false : plainText(given);
    case "html":
      return empty ? false : sanitizeHtml(plainText(given));
    case "integer":
    case "float":
    case "many2one_reference":
    case "monetary":
      return empty ? 0 : number(given);
    case "boolean":
      return !empty && given !== "" && given !== 0;
    case "date":
      return empty || given === "" ? false : parseDate(String(given));
    case "datetime":
      return empty || given === "" ? false : parseDatetime(String(given));
    case "selection": {
      if (empty || given === "") return false;
      if (typeof given === "string" && field.keys?.some(([key]) => key === given)) return given;
      throw valueError(`Wrong value for ${model.name}.${name}: ${pythonText(given)}`);
    }
    case "many2one": {
      if (empty) return false;
      if (typeof given !== "number") {
        throw valueError(`Wrong value for ${model.name}.${name}: ${pythonText(given)}`);
      }
      mustExist(session, field, name, given);
      return given;
    }
    case "many2many":
      return linked(session, field, name, given, Array.isArray(current) ? current : []);
    case "one2many":
      throw valueError(`Wrong value for ${model.name}.${name}: ${pythonText(given)}`);
  }
}

function plainText(given: unknown): string {
  const text = String(given);
  if (text.includes("\0")) throw valueError("A string literal cannot contain NUL (0x00) characters.");
  return text;
}

function number(given: unknown): number {
  const result = Number(given);
  if (Number.isNaN(result)) throw valueError(`invalid literal for int() with base 10: ${pythonText(given)}`);
  return result;
}

function pythonText(given: unknown): string {
  if (typeof given === "string") return `'${given}'`;
  if (typeof given === "boolean") return given ? "True" : "False";
  return JSON.stringify(given) ?? "None";
}

function mustExist(session: Session, field: Field, name: string, id: number): void {
  const relation = field.relation ?? "";
  if (session.database.row(relation, id) !== undefined) return;
  if (field.dangling !== "foreign_key") throw missingError(relation, id, session.userId);
  throw stillUsed(`'${field.label}' (${relation})`, `'${field.label}' (${name})`);
}

/** Commands `[6, 0, ids]`, `[5]`, `[4, id]`, `[3, id]`, or simply the ids. */
function linked(
  session: Session,
  field: Field,
  name: string,
  given: unknown,
  current: readonly number[],
): number[] {
  if (given === false || given === null || given === undefined) return [];
  if (!Array.isArray(given)) throw typeError(`'${typeof given}' object is not iterable`);
  let ids = new Set(current);
  if (given.every((entry) => typeof entry === "number")) ids = new Set<number>(given);
  else {
    for (const command of given) {
      if (!Array.isArray(command)) throw valueError(`Wrong value for ${name}: ${pythonText(given)}`);
      const [kind, id, list] = command;
      if (kind === 6) ids = new Set<number>(Array.isArray(list) ? list : []);
      else if (kind === 5) ids.clear();
      else if (kind === 4) ids.add(Number(id));
      else if (kind === 3) ids.delete(Number(id));
      else throw valueError(`Wrong value for ${name}: ${pythonText(given)}`);
    }
  }
  for (const id of ids) mustExist(session, field, name, id);
  return [...ids];
}

/** The value in an answer: empties are false, a relation to one is `[id, name]`, to many the ids. */
export function toAnswer(session: Session, field: Field, stored: Stored): unknown {
  if (field.secret === true) return "";
  if (field.kind === "datetime") return typeof stored === "number" ? formatDatetime(stored) : false;
  if (field.kind === "many2one") {
    return typeof stored === "number" ? [stored, displayName(session, field.relation ?? "", stored)] : false;
  }
  if (field.kind === "many2many" || field.kind === "one2many") {
    return visible(session, field, Array.isArray(stored) ? stored : []);
  }
  return stored;
}

/** Related records in their model's order; archived ones only where the field or the context asks for them. */
export function visible(session: Session, field: Field, ids: readonly number[]): number[] {
  const model = modelOf(session, field.relation ?? "");
  const all = field.withArchived === true || session.context.active_test === false;
  const rows = ids.flatMap((id) => session.database.row(model.name, id) ?? []);
  return inOrder(session, model, rows.filter((row) => all || row.active !== false)).map((row) => row.id);
}

function displayName(session: Session, model: string, id: number): string {
  const row = session.database.row(model, id);
  const name = row === undefined ? undefined : displayNameOf(modelOf(session, model), row);
  return typeof name === "string" ? name : `${model},${id}`;
}
