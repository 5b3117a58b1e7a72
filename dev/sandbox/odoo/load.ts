/** `load()`: create or update rows of text by external id, all or none, with the reasons in the answer. */
import { isConstraint, OdooException, validationError, valueError } from "./exceptions.ts";
import { findExternal, splitExternal } from "./external_ids.ts";
import { cellValue, type Message, Unreadable } from "./load_cells.ts";
import { createRecord, type Values, writeRecords } from "./records.ts";
import { modelOf, type Session, withContext } from "./session.ts";

interface Loaded {
  ids: number[] | false;
  messages: Message[];
  nextrow: number;
}

/** Inside it, the effects of the rows before the failing one; thrown so that they are taken back. */
export class LoadRefused extends Error {
  constructor(readonly answer: Loaded) {
    super("load refused");
  }
}

/** Throws {@link LoadRefused} with the answer `ids: false` when any row fails. */
export function load(
  session: Session,
  modelName: string,
  fields: readonly string[],
  rows: readonly string[][],
): Loaded {
  const model = modelOf(session, modelName);
  for (const path of fields) {
    const name = path.split("/")[0] ?? "";
    if (name !== "id" && name !== ".id" && model.fields[name] === undefined) {
      throw valueError(`Invalid field name '${name}'`);
    }
  }
  const messages: Message[] = [];
  const read = rows.map((cells, record) => readRow(session, modelName, fields, cells, record, messages));
  // A row with a cell that cannot be read is tried without it, so its other faults are named too.
  const ids = together(session, modelName, read) ?? oneByOne(session, modelName, read, messages);
  if (messages.some((message) => message.type === "error")) {
    throw new LoadRefused({ ids: false, messages, nextrow: 0 });
  }
  return { ids, messages, nextrow: 0 };
}

/** Undefined when a row failed; nothing of it stays then. */
function together(session: Session, model: string, rows: readonly ReadRow[]): number[] | undefined {
  try {
    return session.database.attempt(() => rows.map((row) => upsert(session, model, row)));
  } catch (thrown) {
    if (thrown instanceof OdooException) return undefined;
    throw thrown;
  }
}

/**
 * Row by row, to name those that fail. What the models refuse is said twice: at its row, and before everything else
 * at the first row of the batch, which may well be innocent.
 */
function oneByOne(session: Session, model: string, rows: readonly ReadRow[], messages: Message[]): number[] {
  const ids: number[] = [];
  let failed = 0;
  for (const [record, row] of rows.entries()) {
    try {
      session.database.attempt(() => ids.push(upsert(session, model, row)));
    } catch (thrown) {
      if (!(thrown instanceof OdooException)) throw thrown;
      messages.push(messageOf(thrown, record));
      if (failed === 0 && !isConstraint(thrown) && record > 0) messages.unshift(messageOf(thrown, 0));
      failed++;
    }
    if (failed >= MOST_ERRORS && failed >= (record + 1) / 10) {
      messages.push({ type: "warning", message: TOO_MANY });
      break;
    }
  }
  return ids;
}

const MOST_ERRORS = 10;
const TOO_MANY =
  "Found more than 10 errors and more than one error per 10 records, interrupted to avoid showing " +
  "too many errors.";

function messageOf(exception: OdooException, record: number): Message {
  const message = exception.message.replace("The operation cannot be completed: ", "");
  const field = exception.field === undefined ? {} : { field: exception.field };
  return { rows: { from: record, to: record }, record, type: "error", message, ...field };
}

interface ReadRow {
  externalId: string | undefined;
  databaseId: number | undefined;
  values: Values;
}

function readRow(
  session: Session,
  modelName: string,
  fields: readonly string[],
  cells: readonly string[],
  record: number,
  messages: Message[],
): ReadRow {
  const model = modelOf(session, modelName);
  const row: ReadRow = { externalId: undefined, databaseId: undefined, values: {} };
  // Plain cells first, then relations.
  const columns = [...fields.entries()].sort(([, a], [, b]) =>
    Number(a.includes("/")) - Number(b.includes("/"))
  );
  for (const [column, path] of columns) {
    const text = cells[column];
    if (text === undefined) continue;
    const [name = "", key] = path.split("/");
    if (path === "id") row.externalId = text === "" ? undefined : text;
    else if (path === ".id") row.databaseId = text === "" ? undefined : Number(text);
    else {
      const field = model.fields[name];
      if (field === undefined) continue;
      try {
        row.values[name] = cellValue(session, field, key, text);
      } catch (thrown) {
        if (!(thrown instanceof Unreadable)) throw thrown;
        const at = { rows: { from: record, to: record }, type: "error", record, field: name };
        messages.push({ ...at, message: thrown.message, ...thrown.details, field_name: field.label });
      }
    }
  }
  return row;
}

function upsert(
  session: Session,
  model: string,
  { externalId, databaseId, values }: ReadRow,
): number {
  const known = externalId === undefined ? undefined : findExternal(session, externalId);
  if (known !== undefined && known.model !== model) {
    throw validationError(
      `For external id ${externalId} when trying to create/update a record of model ${model} found record of ` +
        `different model ${known.model} (${known.id})`,
    );
  }
  const id = known?.recordId ?? databaseId;
  if (id !== undefined) {
    writeRecords(session, model, [id], values);
    return id;
  }
  const created = createRecord(creating(session, model, values), model, named(model, values));
  if (externalId !== undefined) {
    const { module, name } = splitExternal(externalId);
    createRecord({ ...session, administrator: true }, "ir.model.data", {
      module,
      name,
      model,
      res_id: created,
    });
  }
  return created;
}

/** A task made here takes its project from the context, so its maker does not become the assignee. */
function creating(session: Session, model: string, values: Values): Session {
  return model === "project.task" && typeof values.project_id === "number"
    ? withContext(session, { default_project_id: values.project_id })
    : session;
}

/** A task without a column for its title gets one made up. */
function named(model: string, values: Values): Values {
  return model === "project.task" && !("name" in values) ? { ...values, name: "Untitled to-do" } : values;
}
