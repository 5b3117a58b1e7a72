/** One cell of `load()`: text to a value, or the reason why not. */
import { findExternal } from "./external_ids.ts";
import { datetimeMicros, formatDatetime, wallTimeToUtc } from "./moments.ts";
import type { Field } from "./schema.ts";
import type { Session } from "./session.ts";

export interface Message {
  /** A warning about the whole has no row. */
  rows?: { from: number; to: number };
  record?: number;
  type: string;
  message: string;
  field?: string;
  field_name?: string;
  moreinfo?: unknown;
}

/** A cell that makes no sense; the row is refused with this text. */
export class Unreadable extends Error {
  constructor(message: string, readonly details: { moreinfo?: unknown } = {}) {
    super(message);
  }
}

/** `key` is what follows the slash in the column: `.id` for database ids, `id` for external ids, nothing for names. */
export function cellValue(session: Session, field: Field, key: string | undefined, text: string): unknown {
  if (field.kind === "boolean") return truth(field, text);
  if (field.kind === "many2many") {
    const parts = text.split(",").map((part) => part.trim()).filter((part) => part !== "");
    return [[6, 0, parts.map((part) => target(session, field, key, part))]];
  }
  if (text === "") return false;
  switch (field.kind) {
    case "many2one":
      return target(session, field, key, text);
    case "integer":
    case "many2one_reference":
      if (!/^-?\d+$/.test(text)) throw unlike(field, text, "an integer");
      return Number(text);
    case "float":
    case "monetary":
      if (Number.isNaN(Number(text))) throw unlike(field, text, "a number");
      return Number(text);
    case "selection":
      return keyOf(field, text);
    case "date":
      if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) {
        throw unlike(field, text, "a valid date", "Use the format '2012-12-31'");
      }
      return text;
    case "datetime": {
      const micros = datetimeMicros(text);
      if (micros === undefined) {
        throw unlike(field, text, "a valid datetime", "Use the format '2012-12-31 23:59:59'");
      }
      const zone = session.context.tz;
      return formatDatetime(typeof zone === "string" ? wallTimeToUtc(micros, zone) : micros);
    }
    default:
      return text;
  }
}

function unlike(field: Field, text: string, what: string, advice?: string): Unreadable {
  const details = advice === undefined ? {} : { moreinfo: advice };
  return new Unreadable(`'${text}' does not seem to be ${what} for field '${field.label}'`, details);
}

/** An empty cell means no, other than for the fields it merely leaves empty. */
function truth(field: Field, text: string): boolean {
  if (/^(1|true|yes)$/i.test(text)) return true;
  if (/^(0|false|no|)$/i.test(text)) return false;
  throw new Unreadable(`Unknown value '${text}' for boolean field '${field.label}'`, {
    moreinfo: "Use '1' for yes and '0' for no",
  });
}

/** By key or by label, whatever its case. */
function keyOf(field: Field, text: string): string {
  const keys = field.keys ?? [];
  const wanted = text.toLowerCase();
  const found = keys.find(([key, label]) => key.toLowerCase() === wanted || label.toLowerCase() === wanted);
  if (found !== undefined) return found[0];
  throw new Unreadable(`Value '${text}' not found in selection field '${field.label}'`, {
    moreinfo: keys.map(([, label]) => label),
  });
}

function target(session: Session, field: Field, key: string | undefined, text: string): number {
  const relation = field.relation ?? "";
  if (key === ".id") {
    if (!/^\d+$/.test(text)) {
      throw unknownTarget(field, `Invalid database id '${text}' for the field '${field.label}'`);
    }
    if (session.database.row(relation, Number(text)) !== undefined) return Number(text);
  } else if (key === "id") {
    const known = findExternal(session, text);
    if (known !== undefined && known.model === relation) return known.recordId;
  } else {
    for (const row of session.database.rows(relation)) if (row.name === text) return row.id;
  }
  const by = key === ".id" ? "database id" : key === "id" ? "external id" : "name";
  throw unknownTarget(field, `No matching record found for ${by} '${text}' in field '${field.label}'`);
}

function unknownTarget(field: Field, text: string): Unreadable {
  return new Unreadable(text, {
    moreinfo: {
      name: "Possible Values",
      type: "ir.actions.act_window",
      res_model: "ir.model.data",
      domain: [["model", "=", field.relation]],
    },
  });
}
