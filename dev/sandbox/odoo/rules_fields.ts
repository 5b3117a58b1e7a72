/** Fields an administrator adds to a model over the API. */
import { constraintError, OdooException } from "./exceptions.ts";
import type { Field, FieldKind } from "./field.ts";
import type { Rules, Session } from "./session.ts";

export const FIELD_RULES: Rules = {
  check(session, id) {
    const name = session.database.row("ir.model.fields", id)?.name;
    if (!String(name).startsWith("x_")) {
      throw constraintError("Custom fields must have a name that starts with 'x_'!");
    }
  },
  afterCreate: (session, id) => declare(session, id, true),
  beforeUnlink: (session, row) => declare(session, row.id, false),
};

function declare(session: Session, id: number, present: boolean): void {
  const row = session.database.row("ir.model.fields", id);
  const model = session.database.row("ir.model", Number(row?.model_id))?.model;
  if (row === undefined || typeof model !== "string") return;
  const kind = kindOf(row.ttype);
  const keys = [...session.database.rows("ir.model.fields.selection")]
    .filter((option) => option.field_id === id)
    .sort((a, b) => Number(a.sequence) - Number(b.sequence))
    .map((option) => [String(option.value), String(option.name)] as const);
  const field: Field = {
    kind,
    label: String(row.field_description || row.name),
    ...(kind === "many2one" ? { dangling: "foreign_key" } : {}),
    ...(typeof row.relation === "string" ? { relation: row.relation } : {}),
    ...(kind === "selection" ? { keys } : {}),
  };
  session.declareField(model, String(row.name), present ? field : undefined);
}

const KINDS: readonly FieldKind[] = [
  "boolean",
  "char",
  "date",
  "datetime",
  "float",
  "html",
  "integer",
  "many2many",
  "many2one",
  "selection",
  "text",
];

function kindOf(type: unknown): FieldKind {
  const kind = KINDS.find((candidate) => candidate === type);
  if (kind === undefined) throw new OdooException("builtins.ValueError", `no such field type: ${type}`, 500);
  return kind;
}
