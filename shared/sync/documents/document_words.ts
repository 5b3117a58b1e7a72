/** How the documents of Odoo are read: their fields, their states in words, and the state their work item is in. */
import type { OdooRecord } from "../../odoo/client.ts";
import { textOf } from "../lenses/lens.ts";

export interface DocumentShape {
  model: string;
  dateField: string;
  dueField: string;
  /** Read to say what the document is at. */
  stateFields: readonly string[];
  /** The one word for what the document is at: a key of the words below, of `states`, and of options.state_map. */
  stateOf: (record: OdooRecord) => string;
  words: Readonly<Record<string, string>>;
  /** That word -> the group of Plane's states. */
  states: Readonly<Record<string, string>>;
  title: string;
  body: string;
  /** The field that says which kind of document it is, and the kinds that are shown unless options.move_types says otherwise. */
  kinds?: { field: string; shown: readonly string[] };
}

export const SHARED_TEXT = { noName: "(no name)" } as const;

const TITLE = "{name}: {partner}";
const BODY = [
  "<p>{state}, {date}</p>",
  "<p>{partner}</p>",
  "<p>Due {due}</p>",
  '<p><a href="{url}">Open in Odoo</a></p>',
].join("\n");

const ORDER: DocumentShape = {
  model: "sale.order",
  dateField: "date_order",
  dueField: "validity_date",
  stateFields: ["state"],
  stateOf: (record) => textOf(record.state),
  words: { draft: "Quotation", sent: "Quotation sent", sale: "Sales order", cancel: "Cancelled" },
  states: { draft: "unstarted", sent: "unstarted", sale: "started", cancel: "cancelled" },
  title: TITLE,
  body: BODY.replace("Due {due}", "Valid until {due}"),
};

const PAYMENTS = ["in_payment", "partial", "paid", "reversed"];

/** What becomes of a posted invoice is said by its payment. */
const MOVE: DocumentShape = {
  model: "account.move",
  dateField: "invoice_date",
  dueField: "invoice_date_due",
  stateFields: ["state", "payment_state"],
  stateOf: ({ state, payment_state: payment }) =>
    state === "posted" && PAYMENTS.some((known) => known === payment) ? textOf(payment) : textOf(state),
  words: {
    draft: "Draft",
    posted: "Posted",
    in_payment: "In payment",
    partial: "Partially paid",
    paid: "Paid",
    reversed: "Reversed",
    cancel: "Cancelled",
  },
  states: {
    draft: "unstarted",
    posted: "started",
    partial: "started",
    in_payment: "completed",
    paid: "completed",
    reversed: "cancelled",
    cancel: "cancelled",
  },
  title: TITLE,
  body: BODY,
  kinds: { field: "move_type", shown: ["out_invoice", "out_refund"] },
};

export const DOCUMENT_SHAPES: readonly DocumentShape[] = [ORDER, MOVE];
