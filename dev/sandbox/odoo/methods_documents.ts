/** What people do with orders and invoices: confirm, post, pay, cancel. */
import { userError } from "./exceptions.ts";
import { action, type Methods } from "./method.ts";
import { formatDatetime } from "./moments.ts";
import { mustHave, writeRecords } from "./records.ts";
import type { Session } from "./session.ts";
import type { Row, Stored } from "./database.ts";

export const ORDER_METHODS: Methods = {
  action_quotation_sent: action((session, model, ids) => {
    const wrong = ids.some((id) => mustHave(session, model, id).state !== "draft");
    if (wrong) throw userError("Only draft orders can be marked as sent directly.");
    return change(session, model, ids, () => ({ state: "sent" }), null);
  }),
  action_confirm: action((session, model, ids) => {
    const open = ids.every((id) => /^(draft|sent)$/.test(String(mustHave(session, model, id).state)));
    if (!open) throw userError("Some orders are not in a state requiring confirmation.");
    const moment = formatDatetime(session.startedAt);
    const confirmed = (row: Row) => ({
      state: "sale",
      date_order: moment,
      invoice_status: hasLines(session, row.id) ? "to invoice" : "no",
    });
    return change(session, model, ids, confirmed, true);
  }),
  action_cancel: action((session, model, ids) => {
    if (ids.some((id) => mustHave(session, model, id).locked === true)) {
      throw userError("You cannot cancel a locked order. Please unlock it first.");
    }
    return change(session, model, ids, () => ({ state: "cancel", invoice_status: "no" }), true);
  }),
  action_draft: action((session, model, ids) => {
    const wanted = ids.filter((id) => /^(cancel|sent)$/.test(String(mustHave(session, model, id).state)));
    return change(session, model, wanted, () => ({ state: "draft" }), true);
  }),
  action_lock: action((session, model, ids) => change(session, model, ids, () => ({ locked: true }), null)),
  action_unlock: action((session, model, ids) =>
    change(session, model, ids, () => ({ locked: false }), null)
  ),
};

export const MOVE_METHODS: Methods = {
  action_post: action((session, model, ids) => {
    for (const id of ids) {
      const row = mustHave(session, model, id);
      if (row.state !== "draft") throw userError(`The entry ${row.name} (id ${id}) must be in draft.`);
      if (![...session.database.rows("account.move.line")].some((line) => line.move_id === id)) {
        throw userError("Even magicians can't post nothing!");
      }
      const today = formatDatetime(session.startedAt).slice(0, 10);
      const date = typeof row.invoice_date === "string" ? row.invoice_date : today;
      const due = typeof row.invoice_date === "string" ? row.invoice_date_due : today;
      const name = typeof row.name === "string" ? row.name : nextNumber(session, row, date);
      writeRecords(session, model, [id], {
        state: "posted",
        name,
        invoice_date: date,
        invoice_date_due: due,
      });
    }
    return false;
  }),
  button_cancel: action((session, model, ids) => {
    if (ids.some((id) => mustHave(session, model, id).state === "cancel")) {
      throw userError("Only draft journal entries can be cancelled.");
    }
    return change(session, model, ids, () => ({ state: "cancel" }), null);
  }),
  button_draft: action((session, model, ids) =>
    change(session, model, ids, () => ({ state: "draft" }), null)
  ),
};

/** The wizard that registers a payment; the invoices are in the context. */
export const PAYMENT_METHODS: Methods = {
  action_create_payments: action((session, model, ids) => {
    const paid = session.context.active_ids;
    for (const invoice of Array.isArray(paid) ? paid : []) {
      const row = mustHave(session, "account.move", Number(invoice));
      const amount = Number(mustHave(session, model, ids[0] ?? 0).amount) || Number(row.amount_residual);
      const left = Math.max(0, Math.round((Number(row.amount_residual) - amount) * 100) / 100);
      const state = left === 0 ? "paid" : "partial";
      writeRecords(session, "account.move", [row.id], { amount_residual: left, payment_state: state });
    }
    return { type: "ir.actions.act_window", res_model: "account.payment" };
  }),
};

function change(
  session: Session,
  model: string,
  ids: readonly number[],
  valuesOf: (row: Row) => Record<string, Stored>,
  answer: true | null,
): true | null {
  for (const id of ids) writeRecords(session, model, [id], valuesOf(mustHave(session, model, id)));
  return answer;
}

function hasLines(session: Session, order: number): boolean {
  return [...session.database.rows("sale.order.line")].some((line) => line.order_id === order);
}

const PREFIXES: Readonly<Record<string, string>> = {
  entry: "MISC",
  in_invoice: "BILL",
  in_refund: "RBILL",
  out_invoice: "INV",
  out_refund: "RINV",
};

/** Numbers follow each other by kind and year. */
function nextNumber(session: Session, row: Row, date: string): string {
  const start = `${PREFIXES[String(row.move_type)] ?? "INV"}/${date.slice(0, 4)}/`;
  let last = 0;
  for (const other of session.database.rows("account.move")) {
    if (typeof other.name === "string" && other.name.startsWith(start)) {
      last = Math.max(last, Number(other.name.slice(start.length)));
    }
  }
  return start + String(last + 1).padStart(5, "0");
}
