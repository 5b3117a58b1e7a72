/** Sales orders and invoices through their public methods, as a visibility issue shows them. */
import assert from "node:assert/strict";
import {
  type ContractCase,
  failsWith,
  fieldsOf,
  idOf,
  type OdooUnderTest,
  one,
  secondAfter,
} from "./under_test.ts";

const ORDER = "sale.order";
const MOVE = "account.move";

async function newOrder(odoo: OdooUnderTest): Promise<{ order: number; customer: number }> {
  const customer = await one(odoo.client.create("res.partner", [{ name: odoo.unique("customer") }]));
  const product = { name: odoo.unique("product"), type: "service", list_price: 50.5, taxes_id: [] };
  const line = {
    product_id: await one(odoo.client.create("product.product", [product])),
    product_uom_qty: 2,
    price_unit: 50.5,
    tax_ids: [[6, 0, []]],
  };
  const values = { partner_id: customer, client_order_ref: "REF", order_line: [[0, 0, line]] };
  return { order: await one(odoo.client.create(ORDER, [values])), customer };
}

async function newMove(odoo: OdooUnderTest, values: Record<string, unknown> = {}): Promise<number> {
  const customer = await one(odoo.client.create("res.partner", [{ name: odoo.unique("customer") }]));
  const line = { name: "line", quantity: 2, price_unit: 50.5, tax_ids: [[6, 0, []]] };
  const all = { move_type: "out_invoice", partner_id: customer, invoice_line_ids: [[0, 0, line]], ...values };
  return await one(odoo.client.create(MOVE, [all]));
}

function act(odoo: OdooUnderTest, model: string, method: string, id: number): Promise<unknown> {
  return odoo.client.call(model, method, { ids: [id] });
}

export const DOCUMENTS: readonly ContractCase[] = [
  ["a new order has a number, a total, a currency and an address", async (odoo) => {
    const { order, customer } = await newOrder(odoo);
    const { name, partner_id: partner, currency_id: currency, ...rest } = await fieldsOf(
      odoo,
      ORDER,
      order,
      "name",
      "partner_id",
      "currency_id",
      "amount_total",
      "state",
      "invoice_status",
      "locked",
      "client_order_ref",
      "access_url",
    );
    assert.match(String(name), /^S\d{5,}$/);
    assert.deepEqual(await fieldsOf(odoo, ORDER, order, "display_name"), { display_name: name });
    assert.equal(idOf(partner), customer);
    assert.ok(Array.isArray(currency) && /^[A-Z]{3}$/.test(currency[1]));
    assert.deepEqual(rest, {
      amount_total: 101,
      state: "draft",
      invoice_status: "no",
      locked: false,
      client_order_ref: "REF",
      access_url: `/my/orders/${order}`,
    });
  }],
  ["an order is sent, confirmed, cancelled and drafted; each moves its stamp", async (odoo) => {
    const { order } = await newOrder(odoo);
    const current = async () =>
      Object.values(await fieldsOf(odoo, ORDER, order, "state", "invoice_status", "write_date"));
    const steps: [method: string, state: string, invoices: string][] = [
      ["action_quotation_sent", "sent", "no"],
      ["action_confirm", "sale", "to invoice"],
      ["action_cancel", "cancel", "no"],
      ["action_draft", "draft", "no"],
    ];
    for (const [method, state, invoices] of steps) {
      const [, , before] = await current();
      await secondAfter(odoo, before);
      await act(odoo, ORDER, method, order);
      const [now, invoicing, after] = await current();
      assert.deepEqual([now, invoicing], [state, invoices], method);
      assert.ok(String(after) > String(before), method);
    }
  }],
  ["an order that is confirmed, cancelled or locked refuses what does not fit", async (odoo) => {
    const { order } = await newOrder(odoo);
    await act(odoo, ORDER, "action_confirm", order);
    await failsWith(act(odoo, ORDER, "action_confirm", order), "odoo_rejected");
    await failsWith(act(odoo, ORDER, "action_quotation_sent", order), "odoo_rejected");
    await failsWith(act(odoo, ORDER, "unlink", order), "odoo_rejected");
    await act(odoo, ORDER, "action_lock", order);
    await failsWith(act(odoo, ORDER, "action_cancel", order), "odoo_rejected");
    await act(odoo, ORDER, "action_unlock", order);
    await act(odoo, ORDER, "action_cancel", order);
    assert.equal(await act(odoo, ORDER, "unlink", order), true);
    await failsWith(odoo.client.create(ORDER, [{}]), "odoo_rejected");
  }],
  ["a changed line moves the order's total and stamp", async (odoo) => {
    const { order } = await newOrder(odoo);
    const { order_line: lines, write_date: before } = await fieldsOf(
      odoo,
      ORDER,
      order,
      "order_line",
      "write_date",
    );
    assert.ok(Array.isArray(lines) && lines.length === 1);
    await secondAfter(odoo, before);
    await odoo.client.write("sale.order.line", lines, { product_uom_qty: 3, price_unit: 10 });
    const found = await fieldsOf(odoo, ORDER, order, "amount_total", "write_date");
    assert.equal(found.amount_total, 30);
    assert.ok(String(found.write_date) > String(before));
  }],
  ["a draft invoice has no number but a name to show", async (odoo) => {
    const invoice = await newMove(odoo);
    const { invoice_date_due: due, ...found } = await fieldsOf(
      odoo,
      MOVE,
      invoice,
      "name",
      "display_name",
      "state",
      "payment_state",
      "status_in_payment",
      "amount_total",
      "amount_residual",
      "invoice_date",
      "invoice_date_due",
      "access_url",
    );
    assert.match(String(due), /^\d{4}-\d{2}-\d{2}$/);
    assert.deepEqual(found, {
      name: false,
      display_name: "Draft Invoice",
      state: "draft",
      payment_state: "not_paid",
      status_in_payment: "draft",
      amount_total: 101,
      amount_residual: 101,
      invoice_date: false,
      access_url: `/my/invoices/${invoice}`,
    });
    await odoo.client.write(MOVE, [invoice], { ref: "R1" });
    assert.deepEqual(await fieldsOf(odoo, MOVE, invoice, "display_name"), {
      display_name: "Draft Invoice (R1)",
    });
    const refund = await newMove(odoo, { move_type: "out_refund" });
    assert.deepEqual(await fieldsOf(odoo, MOVE, refund, "display_name"), {
      display_name: "Draft Credit Note",
    });
  }],
  ["an invoice is posted once, reset and cancelled, and keeps its number", async (odoo) => {
    const invoice = await newMove(odoo, { invoice_date: "2026-03-04", invoice_date_due: "2026-04-05" });
    const { write_date: before } = await fieldsOf(odoo, MOVE, invoice, "write_date");
    await secondAfter(odoo, before);
    await act(odoo, MOVE, "action_post", invoice);
    const { name, display_name: shown, write_date: after, ...rest } = await fieldsOf(
      odoo,
      MOVE,
      invoice,
      "name",
      "display_name",
      "write_date",
      "state",
      "invoice_date",
      "invoice_date_due",
    );
    assert.match(String(name), /^INV\/2026\/\d{5}$/);
    assert.equal(shown, name);
    assert.ok(String(after) > String(before));
    assert.deepEqual(rest, { state: "posted", invoice_date: "2026-03-04", invoice_date_due: "2026-04-05" });
    await failsWith(act(odoo, MOVE, "action_post", invoice), "odoo_rejected");
    await failsWith(act(odoo, MOVE, "unlink", invoice), "odoo_rejected");
    const states: [method: string, state: string, shown: string][] = [
      ["button_draft", "draft", `Draft Invoice ${name}`],
      ["button_cancel", "cancel", String(name)],
    ];
    for (const [method, state, display] of states) {
      await act(odoo, MOVE, method, invoice);
      const found = await fieldsOf(odoo, MOVE, invoice, "state", "display_name", "name");
      assert.deepEqual(found, { state, display_name: display, name });
    }
    await failsWith(act(odoo, MOVE, "button_cancel", invoice), "odoo_rejected");
  }],
  ["an invoice without lines is not posted", async (odoo) => {
    const invoice = await newMove(odoo, { invoice_line_ids: [] });
    await failsWith(act(odoo, MOVE, "action_post", invoice), "odoo_rejected");
  }],
  ["a payment moves what is due, the payment's state and the stamp", async (odoo) => {
    const invoice = await newMove(odoo);
    await act(odoo, MOVE, "action_post", invoice);
    const context = { active_model: MOVE, active_ids: [invoice] };
    const pay = async (values: Record<string, unknown>) => {
      const wizard = await one(odoo.client.create("account.payment.register", [values], { context }));
      await odoo.client.call("account.payment.register", "action_create_payments", { ids: [wizard] }, {
        context,
      });
    };
    const current = async () =>
      Object.values(await fieldsOf(odoo, MOVE, invoice, "amount_residual", "payment_state", "state"));
    const { write_date: before } = await fieldsOf(odoo, MOVE, invoice, "write_date");
    await secondAfter(odoo, before);
    await pay({ amount: 51 });
    assert.deepEqual(await current(), [50, "partial", "posted"]);
    await pay({});
    assert.deepEqual(await current(), [0, "paid", "posted"]);
    const { write_date: after } = await fieldsOf(odoo, MOVE, invoice, "write_date");
    assert.ok(String(after) > String(before));
  }],
];
