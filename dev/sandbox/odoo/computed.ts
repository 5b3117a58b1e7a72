/** Fields that are worked out when they are read. */
import type { Row, Stored } from "./database.ts";
import type { Model } from "./schema.ts";
import type { Session } from "./session.ts";

/** A field's value on a row, whether it is kept, mirrored from the other side of a relation, or worked out. */
export function storedValue(session: Session, model: Model, row: Row, name: string): Stored {
  const field = model.fields[name];
  if (field?.mirror !== undefined) return mirrored(session, field.relation ?? "", field.mirror, row.id);
  if (field?.computed !== true) return row[name] ?? false;
  switch (name) {
    case "display_name":
      return displayNameOf(model, row);
    case "is_closed":
      return isClosed(row.state);
    case "display_in_project": {
      const parent = typeof row.parent_id === "number"
        ? session.database.row(model.name, row.parent_id)
        : undefined;
      return parent === undefined || parent.project_id !== row.project_id;
    }
    case "access_url":
      return accessUrl(model, row);
    case "status_in_payment":
      return row.state === "posted" && row.payment_state !== "not_paid"
        ? row.payment_state ?? false
        : row.state ?? false;
    default:
      return false;
  }
}

const DRAFTS: Readonly<Record<string, string>> = {
  entry: "Draft Entry",
  in_invoice: "Draft Bill",
  in_refund: "Draft Vendor Credit Note",
  out_invoice: "Draft Invoice",
  out_refund: "Draft Credit Note",
};

/** A record's name as people see it; an invoice without a number has one all the same. */
export function displayNameOf(model: Model, row: Row): Stored {
  const name = row.name ?? row.x_name;
  if (model.name !== "account.move") {
    return name ?? (model.name === "mail.message" ? false : `${model.name},${row.id}`);
  }
  const draft = row.state === "draft" ? DRAFTS[String(row.move_type)] : undefined;
  const parts = [draft, name, typeof row.ref === "string" ? `(${row.ref})` : undefined];
  return parts.filter((part) => typeof part === "string").join(" ");
}

function accessUrl(model: Model, row: Row): string {
  if (model.name === "sale.order") return `/my/orders/${row.id}`;
  if (model.name !== "account.move") return `/my/tasks/${row.id}`;
  return row.move_type === "entry" ? "#" : `/my/invoices/${row.id}`;
}

export function isClosed(state: Stored | undefined): boolean {
  return state === "1_done" || state === "1_canceled";
}

function mirrored(session: Session, relation: string, mirror: string, id: number): number[] {
  const ids: number[] = [];
  for (const other of session.database.rows(relation)) {
    const link = other[mirror];
    if (link === id || (Array.isArray(link) && link.includes(id))) ids.push(other.id);
  }
  return ids;
}
