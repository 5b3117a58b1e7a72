/** Orders and invoices: their names and totals. What is done with them is in `methods_documents.ts`. */
import type { Row } from "./database.ts";
import { constraintError, userError } from "./exceptions.ts";
import { formatDatetime } from "./moments.ts";
import { stamp } from "./records.ts";
import type { Rules, Session } from "./session.ts";

export const ORDER_RULES: Rules = {
  beforeCreate(session, given) {
    const validity = formatDatetime(session.startedAt + 30 * 86_400_000_000).slice(0, 10);
    const moment = formatDatetime(session.startedAt);
    return { user_id: session.userId, date_order: moment, validity_date: validity, ...given };
  },
  afterCreate(session, id) {
    const name = session.database.row("sale.order", id)?.name;
    if (typeof name !== "string" || name === "") {
      session.database.update("sale.order", id, { name: `S${String(id).padStart(5, "0")}` });
    }
  },
  beforeUnlink(session, row) {
    if (row.state !== "draft" && row.state !== "cancel") {
      throw userError(
        "You can not delete a sent quotation or a confirmed sales order. You must first cancel it.",
      );
    }
    removeLines(session, "sale.order.line", "order_id", row.id);
  },
};

export const MOVE_RULES: Rules = {
  beforeCreate(session, given) {
    const today = formatDatetime(session.startedAt).slice(0, 10);
    return {
      date: today,
      invoice_date_due: given.invoice_date ?? today,
      invoice_user_id: session.userId,
      ...given,
    };
  },
  beforeWrite(_session, row, given) {
    const fixed = ["invoice_date", "move_type"].filter((name) => name in given);
    if (row.state === "posted" && fixed.length > 0) {
      throw userError(
        `You cannot modify the following readonly fields on a posted move: ${fixed.join(", ")}`,
      );
    }
    return given;
  },
  beforeUnlink(session, row) {
    if (row.state === "posted") throw userError("You can't delete a posted journal item.");
    removeLines(session, "account.move.line", "move_id", row.id);
  },
};

export const ORDER_LINE_RULES: Rules = {
  beforeCreate(session, given) {
    const product = typeof given.product_id === "number"
      ? session.database.row("product.product", given.product_id)
      : undefined;
    if (product === undefined) {
      throw constraintError("Missing required fields on accountable sale order line.");
    }
    return { name: product.name, price_unit: product.list_price, ...given };
  },
  ...totalling("sale.order.line", "order_id", "sale.order", "product_uom_qty"),
};

export const MOVE_LINE_RULES: Rules = totalling("account.move.line", "move_id", "account.move", "quantity");

/** A line that comes, changes or goes moves the total of its document, and with it the stamp. */
function totalling(lines: string, link: string, documents: string, quantity: string): Rules {
  const total = (session: Session, document: unknown, without?: number) => {
    if (typeof document !== "number") return;
    let sum = 0;
    for (const line of session.database.rows(lines)) {
      if (line[link] !== document || line.id === without) continue;
      sum += Number(line[quantity]) * Number(line.price_unit);
    }
    const rounded = Math.round(sum * 100) / 100;
    const totals: Record<string, number> = { amount_total: rounded };
    if (documents === "account.move") totals.amount_residual = rounded;
    session.database.update(documents, document, { ...totals, ...stamp(session) });
  };
  return {
    afterCreate: (session, id) => total(session, session.database.row(lines, id)?.[link]),
    afterWrite: (session, before) => total(session, before[link]),
    beforeUnlink: (session, row: Row) => total(session, row[link], row.id),
  };
}

function removeLines(session: Session, lines: string, link: string, document: number): void {
  for (const line of session.database.rows(lines)) {
    if (line[link] === document) session.database.remove(lines, line.id);
  }
}
