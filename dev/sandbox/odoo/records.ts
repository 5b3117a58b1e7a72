/** Create, write, read, search and unlink on any model; what is special about a model is in `rules.ts`. */
import type { Row, Stored } from "./database.ts";
import { storedValue } from "./computed.ts";
import { mentionsActive, parseDomain } from "./domain.ts";
import { checkAccess, checkRule } from "./access.ts";
import { forgetMessages, logChange, logCreation } from "./chatter.ts";
import { missingError, missingRequired, userError, valueError } from "./exceptions.ts";
import { forgetExternals } from "./external_ids.ts";
import type { Model } from "./schema.ts";
import { modelOf, type Session } from "./session.ts";
import { inOrder } from "./sorting.ts";
import { toAnswer, toStored, visible } from "./values.ts";

export type Values = Record<string, unknown>;

export function createRecord(session: Session, modelName: string, given: Values): number {
  const model = modelOf(session, modelName);
  checkAccess(session, model, "create");
  checkFields(model, given);
  const rules = session.rulesOf(modelName);
  const values = rules.beforeCreate?.(session, given) ?? given;
  const row: Record<string, Stored> = {};
  for (const [name, field] of Object.entries(model.fields)) {
    if (name === "id" || field.computed === true || field.mirror !== undefined) continue;
    const value = values[name] !== undefined ? values[name] : field.initial;
    row[name] = field.readonly === true ? false : toStored(session, model, name, field, value, []);
  }
  Object.assign(row, stamp(session), { create_date: session.startedAt, create_uid: session.userId });
  const created = session.database.insert(modelName, row);
  checkRequired(model, created);
  checkRule(session, model, created, "create");
  applyMirrored(session, model, created.id, values);
  rules.check?.(session, created.id);
  rules.afterCreate?.(session, created.id);
  logCreation(session, model, mustHave(session, modelName, created.id));
  return created.id;
}

export function writeRecords(
  session: Session,
  modelName: string,
  ids: readonly number[],
  given: Values,
): void {
  const model = modelOf(session, modelName);
  checkAccess(session, model, "write");
  checkFields(model, given);
  checkLanguage(session, model, given);
  for (const id of ids) checkRule(session, model, mustHave(session, modelName, id), "write");
  const rules = session.rulesOf(modelName);
  for (const id of ids) {
    const row = mustHave(session, modelName, id);
    const values = rules.beforeWrite?.(session, row, given) ?? given;
    const patch: Record<string, Stored> = {};
    for (const [name, value] of Object.entries(values)) {
      const field = model.fields[name];
      if (field === undefined || field.computed === true || field.mirror !== undefined) continue;
      if (field.readonly === true) continue;
      patch[name] = toStored(session, model, name, field, value, row[name] ?? false);
    }
    session.database.update(modelName, id, { ...patch, ...stamp(session) });
    applyMirrored(session, model, id, values);
    checkRequired(model, mustHave(session, modelName, id));
    rules.check?.(session, id);
    rules.afterWrite?.(session, row, values);
    logChange(session, model, row, mustHave(session, modelName, id));
  }
}

/** Records that exist, in the order asked for; the others are left out. */
export function readRecords(
  session: Session,
  modelName: string,
  ids: readonly number[],
  fields?: readonly string[],
): Values[] {
  const model = modelOf(session, modelName);
  checkAccess(session, model, "read");
  const names = fields === undefined || fields.length === 0 ? Object.keys(model.fields) : ["id", ...fields];
  for (const name of names) {
    if (model.fields[name] === undefined) throw valueError(`Invalid field '${name}' on '${modelName}'`);
  }
  // Nobody looks whether a record is there when nothing but its id is asked for.
  if (names.every((name) => name === "id")) return ids.map((id) => ({ id }));
  return ids.flatMap((id) => {
    const row = session.database.row(modelName, id);
    return row === undefined ? [] : [readRow(session, model, row, names)];
  });
}

function readRow(session: Session, model: Model, row: Row, names: readonly string[]): Values {
  const answer: Values = {};
  for (const name of names) {
    const field = model.fields[name];
    if (name === "id") answer.id = row.id;
    else if (field !== undefined) {
      answer[name] = toAnswer(session, field, storedValue(session, model, row, name));
    }
  }
  return answer;
}

export interface Page {
  order?: string | undefined;
  limit?: number | undefined;
  offset?: number | undefined;
}

export function searchIds(session: Session, modelName: string, domain: unknown, page: Page = {}): number[] {
  const model = modelOf(session, modelName);
  checkAccess(session, model, "read");
  const matches = parseDomain(session, model, domain);
  const onlyActive = model.fields.active !== undefined && session.context.active_test !== false &&
    !mentionsActive(domain);
  const found: Row[] = [];
  for (const row of session.database.rows(modelName)) {
    if ((!onlyActive || row.active !== false) && matches(row)) found.push(row);
  }
  const offset = page.offset ?? 0;
  // A limit of 0 is none.
  const end = page.limit === undefined || page.limit === 0 ? undefined : offset + page.limit;
  return inOrder(session, model, found, page.order).slice(offset, end).map((row) => row.id);
}

export function unlinkRecords(session: Session, modelName: string, ids: readonly number[]): void {
  const model = modelOf(session, modelName);
  checkAccess(session, model, "unlink");
  for (const id of ids) checkRule(session, model, mustHave(session, modelName, id), "unlink");
  for (const id of ids) {
    const row = session.database.row(modelName, id);
    if (row === undefined) continue;
    session.rulesOf(modelName).beforeUnlink?.(session, row);
    session.database.remove(modelName, id);
    forgetExternals(session, modelName, id);
    if (model.thread === true) forgetMessages(session, modelName, id);
  }
}

/** Related ids of a field, as `web_search_read` follows them. */
export function relatedIds(session: Session, model: Model, row: Row, name: string): number[] {
  const field = model.fields[name];
  const value = storedValue(session, model, row, name);
  if (typeof value === "number") return [value];
  return field !== undefined && Array.isArray(value) ? visible(session, field, value) : [];
}

export function mustHave(session: Session, model: string, id: number): Row {
  const row = session.database.row(model, id);
  if (row === undefined) throw missingError(model, id, session.userId);
  return row;
}

/** Every write leaves a new stamp, also one that changes nothing. */
export function stamp(session: Session): Record<string, Stored> {
  return { write_date: session.startedAt, write_uid: session.userId };
}

function checkFields(model: Model, given: Values): void {
  for (const name of Object.keys(given)) {
    if (model.fields[name] === undefined) throw valueError(`Invalid field '${name}' in '${model.name}'`);
  }
}

/** Only English is installed. Anything else is ignored when reading, but not when writing what is translated. */
function checkLanguage(session: Session, model: Model, given: Values): void {
  const language = session.context.lang;
  if (typeof language !== "string" || language === "en_US") return;
  if (Object.keys(given).some((name) => model.fields[name]?.translated === true)) {
    throw userError(`Invalid language code: ${language}`);
  }
}

function checkRequired(model: Model, row: Row): void {
  for (const [name, field] of Object.entries(model.fields)) {
    if (field.required === true && row[name] === false) throw missingRequired({ ...field, name }, model);
  }
}

/** What is kept on the other side of a relation is written there. */
function applyMirrored(session: Session, model: Model, id: number, values: Values): void {
  for (const [name, value] of Object.entries(values)) {
    const field = model.fields[name];
    if (field?.mirror === undefined || field.relation === undefined) continue;
    if (field.kind === "one2many") {
      applyLines(session, field.relation, field.mirror, id, value);
      continue;
    }
    const row = mustHave(session, model.name, id);
    const wanted = toStored(session, model, name, field, value, storedValue(session, model, row, name));
    for (const other of session.database.rows(field.relation)) {
      const links = other[field.mirror];
      const without = (Array.isArray(links) ? links : []).filter((link) => link !== id);
      const next = Array.isArray(wanted) && wanted.includes(other.id) ? [...without, id] : without;
      session.database.update(field.relation, other.id, { [field.mirror]: next });
    }
  }
}

/** Commands `[0, 0, values]`, `[1, id, values]` and `[2, id]`: make, change and delete a line. */
function applyLines(session: Session, model: string, mirror: string, id: number, commands: unknown): void {
  for (const command of Array.isArray(commands) ? commands : [commands]) {
    const [kind, line, values]: unknown[] = Array.isArray(command) ? command : [];
    const given: Values = typeof values === "object" && values !== null ? { ...values } : {};
    if (kind === 0) createRecord(session, model, { ...given, [mirror]: id });
    else if (kind === 1) writeRecords(session, model, [Number(line)], given);
    else if (kind === 2) unlinkRecords(session, model, [Number(line)]);
    else throw valueError(`Wrong value for ${model}: ${JSON.stringify(commands)}`);
  }
}
