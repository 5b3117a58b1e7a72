/** Sales orders and invoices, as far as showing them needs it; there are no taxes. */
import { type Field, type Model, model, thread } from "./field.ts";

const ORDER_STATES = [["draft", "Quotation"], ["sent", "Quotation Sent"], ["sale", "Sales Order"], [
  "cancel",
  "Cancelled",
]] as const;
const INVOICE_STATUSES = [["upselling", "Upselling Opportunity"], ["invoiced", "Fully Invoiced"], [
  "to invoice",
  "To Invoice",
], ["no", "Nothing to Invoice"]] as const;
const MOVE_STATES = [["draft", "Draft"], ["posted", "Posted"], ["cancel", "Cancelled"]] as const;
const MOVE_TYPES = [
  ["entry", "Journal Entry"],
  ["out_invoice", "Customer Invoice"],
  ["out_refund", "Customer Credit Note"],
  ["in_invoice", "Vendor Bill"],
  ["in_refund", "Vendor Credit Note"],
] as const;
const PAYMENT_STATES = [
  ["not_paid", "Not Paid"],
  ["in_payment", "In Payment"],
  ["paid", "Paid"],
  ["partial", "Partially Paid"],
  ["reversed", "Reversed"],
] as const;

const STATUS_IN_PAYMENT: Field = {
  kind: "selection",
  label: "Status In Payment",
  keys: [...PAYMENT_STATES, ...MOVE_STATES],
  computed: true,
};

const money = (label: string): Field => ({ kind: "monetary", label });
const CURRENCY: Field = { kind: "many2one", label: "Currency", relation: "res.currency", initial: 1 };

export function documentModels(version: number): Model[] {
  return [
    thread("sale.order", "Sales Order", "date_order desc, id desc", {
      name: { kind: "char", label: "Order Reference" },
      partner_id: {
        kind: "many2one",
        label: "Customer",
        relation: "res.partner",
        required: true,
        dangling: "foreign_key",
      },
      state: { kind: "selection", label: "Status", keys: ORDER_STATES, initial: "draft", tracked: true },
      locked: { kind: "boolean", label: "Locked" },
      invoice_status: { kind: "selection", label: "Invoice Status", keys: INVOICE_STATUSES, initial: "no" },
      date_order: { kind: "datetime", label: "Order Date" },
      validity_date: { kind: "date", label: "Expiration" },
      commitment_date: { kind: "datetime", label: "Delivery Date" },
      client_order_ref: { kind: "char", label: "Customer Reference" },
      origin: { kind: "char", label: "Source Document" },
      note: { kind: "html", label: "Terms and conditions" },
      user_id: { kind: "many2one", label: "Salesperson", relation: "res.users" },
      project_id: { kind: "many2one", label: "Project", relation: "project.project" },
      currency_id: CURRENCY,
      amount_total: money("Total"),
      order_line: { kind: "one2many", label: "Order Lines", relation: "sale.order.line", mirror: "order_id" },
      access_url: { kind: "char", label: "Portal Access URL", computed: true },
    }),
    model("sale.order.line", "Sales Order Line", "order_id, id", {
      order_id: { kind: "many2one", label: "Order Reference", relation: "sale.order", required: true },
      product_id: { kind: "many2one", label: "Product", relation: "product.product" },
      name: { kind: "text", label: "Description" },
      product_uom_qty: { kind: "float", label: "Quantity", initial: 1 },
      price_unit: { kind: "float", label: "Unit Price" },
      [version >= 19 ? "tax_ids" : "tax_id"]: { kind: "many2many", label: "Taxes", relation: "account.tax" },
    }),
    thread("account.move", "Journal Entry", "date desc, name desc, id desc", {
      name: { kind: "char", label: "Number" },
      ref: { kind: "char", label: "Reference" },
      date: { kind: "date", label: "Date" },
      partner_id: { kind: "many2one", label: "Partner", relation: "res.partner" },
      move_type: { kind: "selection", label: "Type", required: true, keys: MOVE_TYPES, initial: "entry" },
      state: { kind: "selection", label: "Status", keys: MOVE_STATES, initial: "draft", tracked: true },
      payment_state: {
        kind: "selection",
        label: "Payment Status",
        keys: PAYMENT_STATES,
        initial: "not_paid",
        tracked: true,
      },
      ...(version < 19 ? {} : { status_in_payment: STATUS_IN_PAYMENT }),
      invoice_date: { kind: "date", label: "Invoice/Bill Date" },
      invoice_date_due: { kind: "date", label: "Due Date" },
      invoice_origin: { kind: "char", label: "Origin" },
      invoice_user_id: { kind: "many2one", label: "Salesperson", relation: "res.users" },
      currency_id: CURRENCY,
      amount_total: money("Total"),
      amount_residual: money("Amount Due"),
      invoice_line_ids: {
        kind: "one2many",
        label: "Invoice lines",
        relation: "account.move.line",
        mirror: "move_id",
      },
      access_url: { kind: "char", label: "Portal Access URL", computed: true },
    }),
    model("account.move.line", "Journal Item", "id", {
      move_id: { kind: "many2one", label: "Journal Entry", relation: "account.move", required: true },
      name: { kind: "char", label: "Label" },
      quantity: { kind: "float", label: "Quantity", initial: 1 },
      price_unit: { kind: "float", label: "Unit Price" },
      tax_ids: { kind: "many2many", label: "Taxes", relation: "account.tax" },
    }),
    model("account.payment.register", "Pay", "id", {
      amount: money("Amount"),
    }),
    model("product.product", "Product Variant", "name, id", {
      name: { kind: "char", label: "Name", required: true },
      type: {
        kind: "selection",
        label: "Product Type",
        keys: [["consu", "Goods"], ["service", "Service"]],
        initial: "consu",
      },
      list_price: { kind: "float", label: "Sales Price", initial: 1 },
      taxes_id: { kind: "many2many", label: "Sales Taxes", relation: "account.tax" },
    }),
    model("account.tax", "Tax", "id", { name: { kind: "char", label: "Tax Name", required: true } }),
    model("res.currency", "Currency", "name", {
      name: { kind: "char", label: "Currency", required: true },
      symbol: { kind: "char", label: "Symbol" },
    }),
  ];
}
