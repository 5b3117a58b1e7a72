/** A description where Odoo has plain text: the lines without their markup. */
import { sameHtml } from "../html/compare.ts";
import { sanitise } from "../html/sanitise.ts";
import { escapeText, type HtmlNode, parseTree } from "../html/tree.ts";
import { type Lens, textOf } from "../lenses/lens.ts";

const LINES = new Set([
  ..."p div h1 h2 h3 h4 h5 h6 ul ol li blockquote pre table tr hr dl dt dd figure figcaption".split(" "),
]);

/** The text of a document, a line for each block. */
export function plainText(html: string): string {
  const written = parseTree(sanitise(html)).map(textIn).join("");
  return written.split("\n").map((line) => line.trim()).join("\n").replace(/\n{2,}/g, "\n").trim();
}

function textIn(node: HtmlNode): string {
  if (typeof node === "string") return node.replace(/\s+/g, " ");
  if (node.name === "br") return "\n";
  const inside = node.children.map(textIn).join("");
  return LINES.has(node.name) ? `\n${inside}\n` : inside;
}

/** A paragraph for each line. */
export function paragraphs(text: string): string {
  const lines = text.split(/\r?\n/).map((line) => line.trim()).filter((line) => line !== "");
  return lines.map((line) => `<p>${escapeText(line)}</p>`).join("");
}

/** Markup that Odoo's text cannot hold is not taken away unless the text changes; then the policy decides, and the log keeps it. */
export const plainTextLens: Lens<{ description_html: string | null }> = {
  field: "description",
  odooField: "",
  odooTypes: ["char", "text"],
  planeValue: (form) => form.description_html ?? "",
  odooValue: (record, { odooField }) => textOf(record[odooField]),
  toOdoo: (form, _record, { odooField }) => {
    const text = plainText(form.description_html ?? "");
    return { values: { [odooField]: text === "" ? false : text }, value: text };
  },
  toPlane: (record, form, { odooField }) => {
    const html = paragraphs(textOf(record[odooField]));
    const present = form?.description_html ?? "";
    return {
      values: { description_html: html === "" ? "<p></p>" : html },
      value: html,
      takesAway: !sameHtml(present, paragraphs(plainText(present))),
    };
  },
  formValues: (value) => ({ description_html: String(value ?? "") }),
  valuesFor: (form) => ({ description_html: form.description_html || "<p></p>" }),
  sameInOdoo: (left, right) => sameText(left, right),
  sameInPlane: (left, right) => sameHtml(String(left), String(right)),
};

function sameText(left: unknown, right: unknown): boolean {
  return paragraphs(String(left)) === paragraphs(String(right));
}
